"""What hospitals do in the demonstration: who falls ill, what it costs, who pays, and when and how it is reported."""

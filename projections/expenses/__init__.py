"""What hospitals' expenses, memberships, warnings and dead letters come to: plain facts; they are joined on reading."""

"""The household aggregate: one module per process of the programme, each with its commands, events, guards and decisions."""

"""The read side of the log: the consumer port and its adapters."""

"""The write side of the log: the producer port and its adapters."""

"""Processes that read the log: the projector, and later the process managers and feeds."""

"""Composition and operation: the only place that knows every part, reads the environment and asks the time."""

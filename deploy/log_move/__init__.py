"""Moves an installation from one log to another: fed anew from the event store, compared, and only then gone over to."""

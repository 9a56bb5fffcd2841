"""The command API: one file per endpoint."""

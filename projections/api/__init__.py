"""The query API: one file per endpoint, all of them read-only."""

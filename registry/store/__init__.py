"""Where events are kept: the recorders for SQLite and PostgreSQL, and the event store that stamps, chains and encodes."""

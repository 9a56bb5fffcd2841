"""The revisions of the tables in PostgreSQL that cannot be made again, one file each: see `migrating`."""

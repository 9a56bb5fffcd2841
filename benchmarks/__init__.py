"""The hot paths, measured beside the raw client that does the same I/O."""

"""One TOML file per group of code tables."""

"""The demonstration: a synthetic province lives through two and a half years by the register's own commands."""

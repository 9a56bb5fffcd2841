"""Feeds read models from the log: poll, fold, write rows and checkpoint in one transaction; stop on anything unsure."""

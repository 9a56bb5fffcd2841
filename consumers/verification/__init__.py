"""Checks what was moved beside what it was moved from."""

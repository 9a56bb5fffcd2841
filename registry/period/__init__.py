"""Weeks and months of the register: when they end, and the event that says so."""

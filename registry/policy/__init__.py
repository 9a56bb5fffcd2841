"""Versioned policy: every amount, day count and line of the programme, per year and county."""

"""Extracts of the national system: read row by row, and compared with the register."""

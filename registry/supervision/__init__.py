"""Supervision: what the provincial teams find and what is done about it, and the complaints that reach 12317."""

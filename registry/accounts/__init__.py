"""Accounts of people: who signs in to the pages, with what, and for how long."""

"""Campaigns: the two comparisons a year with the sectors' data, and the annual sweep (plan, items 23 and 24)."""

"""Early warning of large medical expenses: one case per household, from the first sign to what was done (plan, item 23)."""

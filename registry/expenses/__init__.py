"""What hospitals report of medical expenses: one check for every door, sealed ID numbers, and the ids that follow."""

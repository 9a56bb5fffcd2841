"""Questions about hospitals' expenses: what counts of somebody's expenses, who was in which household, how the hospitals do."""

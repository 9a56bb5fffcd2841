"""Questions to the intake: what counts of somebody's expenses, who was in which household, how the hospitals do."""

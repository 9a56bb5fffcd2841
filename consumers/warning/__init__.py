"""Says how it stands with the expenses of a household, or of a person in none, as commands to the register."""

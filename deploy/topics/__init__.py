"""What an operator does to the log's topics: make them as the catalogue wants them, and give principals their rights."""

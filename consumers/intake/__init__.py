"""Takes in what hospitals report: opens the seals, checks, and writes what is in order under the person's id; exactly once."""

"""Bearer tokens of programs: who they act for, until when, and how to take that away."""

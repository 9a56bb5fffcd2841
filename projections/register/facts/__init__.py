"""What each event changes in a household's folded state: one module per part of its life."""

"""What `registry status` shows: each part asked by itself, what is wrong with them, and the screen."""

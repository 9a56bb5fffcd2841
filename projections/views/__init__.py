"""Where read models live: builds of each, one of them live, the others beside it until they are dropped."""

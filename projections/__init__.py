"""The read side: read models, each a module of its own, and the query API over them."""

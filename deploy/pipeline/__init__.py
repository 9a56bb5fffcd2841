"""What runs from the event store to the read models: the relay, the projectors, and the housekeeping beside them."""

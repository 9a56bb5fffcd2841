"""The write side: aggregates and events, commands, policy, the event store, the vault, the relay and the command API."""

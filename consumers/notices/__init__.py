"""Tells offices what they must know: notices from the log into an outbox, and from there by e-mail and signed webhooks."""

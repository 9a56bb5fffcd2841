"""The relay: from the event store to the log, without loss, without a duplicate, decoding nothing."""

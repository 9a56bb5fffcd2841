"""Who people are: encrypted at rest, one key per person, every read logged with its purpose."""

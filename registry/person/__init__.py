"""The person aggregate: in which household somebody lives, and nothing that would tell who it is."""

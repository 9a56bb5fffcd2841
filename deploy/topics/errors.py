"""What can keep topics and rights from becoming what they should be."""


class TopicsRefused(Exception):
    """E-TOPICS: the log did not make or change a topic, a right or a user; the message says each and why."""

    code = "E-TOPICS"

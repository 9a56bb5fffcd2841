"""What ends the feed."""


class FeedStopped(Exception):
    """E-FEED-STOPPED: an event cannot be told (a gap, undecodable bytes); going on would leave a hole in the public topics."""

    code = "E-FEED-STOPPED"

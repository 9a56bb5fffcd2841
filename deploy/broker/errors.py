"""What can keep a broker from running; each says in one line what to do."""


class BrokerProblem(Exception):
    """E-BROKER: the broker cannot be started, reached or stopped."""

    code = "E-BROKER"

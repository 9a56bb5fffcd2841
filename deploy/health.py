"""Says whether the process of this container lives, for its health check: exit status 0 or 1.

The API is asked on its port, every other process where it serves its metrics. Neither asks a database, so that one that is away
gets no sound process killed.
"""

import http.client
import sys

from deploy.settings import Settings

ANSWER_S = 3.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def main() -> int:
    """Ask; return the exit status."""
    settings = Settings.read()
    if settings.metrics_port:
        return _asked(settings.metrics_host, settings.metrics_port, "/live")
    return _asked(settings.host, settings.port, "/v1/live")


def _asked(host: str, port: int, path: str) -> int:
    connection = http.client.HTTPConnection(_EVERYWHERE.get(host, host), port, timeout=ANSWER_S)
    try:
        connection.request("GET", path)
        return 0 if connection.getresponse().status == http.client.OK else 1
    except (OSError, http.client.HTTPException):
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())

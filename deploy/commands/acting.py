"""Who acts by a command: the holder of the access token that the command line or the standard input gives."""

import sys

from deploy.composition.write_side import WriteSide
from registry.refusal import refuse
from registry.tokens.tokens import TokenRefused
from schemas.access import Actor


def holder_of(side: WriteSide, token: str) -> Actor:
    """The token's holder; `-` reads it from the standard input. Raises Refused (E-AUTH-TOKEN) for one that opens nothing."""
    found = side.tokens.authenticate(sys.stdin.readline().strip() if token == "-" else token)
    if isinstance(found, TokenRefused):
        refuse(found.code)
    return found

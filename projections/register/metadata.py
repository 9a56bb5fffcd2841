"""What the register's tables belong to."""

from typing import Final

from sqlalchemy import MetaData

METADATA: Final = MetaData()

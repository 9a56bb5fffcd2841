"""`POST /v1/code-tables/{table}`: replace a code table; no code is ever taken away."""

from typing import Final

from registry.api.command_endpoint import command_endpoint
from registry.api.endpoint import Endpoint
from registry.api.parts import CommandParts
from registry.reference.code_table import ChangeCodeTable

EXAMPLE: Final = {
    "zh": "文字材料类别",
    "en": "Kind of note",
    "source": "free texts are kept out of the events",
    "codes": [{"code": "REASON", "zh": "理由", "en": "Reason"}, {"code": "REMARK", "zh": "备注", "en": "Remark"}],
}
"""A whole table: the titles in both languages, where it is from, and every code."""


def post_code_table(parts: CommandParts) -> Endpoint:
    """The endpoint."""
    return command_endpoint(
        parts,
        ChangeCodeTable,
        "/v1/code-tables/{table}",
        "Reference data",
        in_path=["table"],
        then=lambda _: parts.reference_changed(),
        example={"table_version": "2", "document": EXAMPLE},
    )

"""Policy documents from files into the store, where they live from then on; a file that breaks a rule stops the start."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final

from deploy.settings import Settings
from registry.application.batch import Batch, Given
from registry.application.request import Request
from registry.application.service import CommandService
from registry.decision import IdSource
from registry.policy import documents
from registry.policy.validation import Document
from registry.reference.policy_document import ActivatePolicy
from registry.refusal import Refused
from schemas.access import Actor
from schemas.division_codes import level_of

REGISTRY: Final = Actor("registry", "PROVINCE_OFFICER", "registry", "460000000000")
"""Who acts where the register itself takes in what its operator has put before it."""


def read_documents(settings: Settings) -> tuple[Document, ...]:
    """The documents of the setting `policy_files`, or those shipped. Raises PolicyRefused with file, key and rule."""
    return documents.load(Path(settings.policy_files)) if settings.policy_files else documents.shipped()


def activate_documents(service: CommandService, found: Iterable[Document], next_id: IdSource) -> None:
    """Activate the documents that the store has not yet, all in one save; a revision that it has already is left alone.

    Raises Refused.
    """
    conversation = next_id()
    batch = Batch(service, _give_up)
    for document in sorted(found, key=lambda d: (level_of(d["division"]), d["division"], d["year"])):
        request = Request(REGISTRY, "SYSTEM", conversation, conversation)
        batch.add(ActivatePolicy(effective_on=date(document["year"], 1, 1), document=document), request)
    batch.save()


def _give_up(_given: Given, refused: Refused) -> None:
    raise refused

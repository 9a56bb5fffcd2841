"""`GET /subjects`: the names of all subjects."""

from flask import Response

from projections.schema_registry.answers import present_answer
from projections.schema_registry.endpoint import Asked, RegistryEndpoint
from projections.schema_registry.errors import NOT_UNDERSTOOD
from projections.schema_registry.parameters import DELETED_ONLY, PAGE, PREFIX, without_context
from projections.schema_registry.subjects import Subjects
from projections.schema_registry.told import SUBJECTS


def get_subjects(subjects: Subjects) -> RegistryEndpoint:
    """The endpoint."""

    def view(asked: Asked) -> Response:
        prefix = without_context(asked.http.args.get("subjectPrefix", ""))
        names = [] if asked.wants("deletedOnly") else [name for name in subjects.names if name.startswith(prefix)]
        return present_answer(asked.page(names))

    return RegistryEndpoint(
        path="/subjects",
        name="registry_get_subjects",
        summary="Subjects",
        description=(
            "Topic and record name for every topic, `<topic>-value` where all records of a topic are of one type, and the record"
            " name alone."
        ),
        answer=SUBJECTS,
        faults=(NOT_UNDERSTOOD,),
        parameters={**PREFIX, **DELETED_ONLY, **PAGE},
        view=view,
    )

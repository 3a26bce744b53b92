"""The audit: who read or changed health information. Rows are written in the transaction they describe."""

from typing import Any
from uuid import UUID

from records.clock import now
from records.entropy import new_id
from records.models import AuditRow


def record(
    verb: str,
    subject_kind: str,
    subject_id: object,
    *,
    actor: UUID | None,
    person: UUID | None = None,
    **detail: str | int | bool | None,
) -> AuditRow:
    """Write one row: `actor` did `verb` to the subject. `detail` holds ids, states and codes; never text or names."""
    return AuditRow.objects.create(**row(verb, subject_kind, subject_id, actor=actor, person=person, **detail))


def row(
    verb: str,
    subject_kind: str,
    subject_id: object,
    *,
    actor: UUID | None,
    person: UUID | None = None,
    **detail: str | int | bool | None,
) -> dict[str, Any]:
    """A row that is not written yet."""
    return {
        "id": new_id(),
        "at": now(),
        "actor_id": actor,
        "verb": verb,
        "subject_kind": subject_kind,
        "subject_id": str(subject_id),
        "person_id": person,
        "detail": detail,
    }

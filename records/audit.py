"""The audit: who read or changed health information. Rows are written in the transaction they describe."""

from uuid import UUID

from records.clock import now
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
    made = row(verb, subject_kind, subject_id, actor=actor, person=person, **detail)
    made.save(force_insert=True)
    return made


def row(
    verb: str,
    subject_kind: str,
    subject_id: object,
    *,
    actor: UUID | None,
    person: UUID | None = None,
    **detail: str | int | bool | None,
) -> AuditRow:
    """A row that is not written yet."""
    return AuditRow(
        at=now(),
        actor_id=actor,
        verb=verb,
        subject_kind=subject_kind,
        subject_id=str(subject_id),
        person_id=person,
        detail=detail,
    )

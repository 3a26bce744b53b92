"""A person's legal name and birth date: sealed with their own key, and for staff only."""

from datetime import date
from uuid import UUID

from peers.models import User
from records import audit, sealing

LEGAL_NAME, BIRTH_DATE = "legal_name", "birth_date"
ADULT = 18


def keep(*, person: User, by: UUID, legal_name: str, birth_date: date) -> None:
    """Record who a person is. Call inside the transaction of what it is recorded for."""
    owner = sealing.person(person.pk)
    person.legal_name_sealed = sealing.seal(owner, LEGAL_NAME, legal_name)
    person.birth_date_sealed = sealing.seal(owner, BIRTH_DATE, birth_date.isoformat())
    person.save(update_fields=["legal_name_sealed", "birth_date_sealed"])
    audit.record("person.identity", "person", person.pk, actor=by, person=person.pk)


def legal_name(*, person: User, by: UUID) -> str:
    """The legal name, for somebody who may read it; empty if none is recorded. The reading is audited."""
    if person.legal_name_sealed is None:
        return ""
    audit.record("person.identity_read", "person", person.pk, actor=by, person=person.pk)
    return sealing.unseal(sealing.person(person.pk), LEGAL_NAME, person.legal_name_sealed)


def birth_date(person: User) -> date | None:
    """The birth date, for a rule that needs it; None if none is recorded."""
    if person.birth_date_sealed is None:
        return None
    return date.fromisoformat(sealing.unseal(sealing.person(person.pk), BIRTH_DATE, person.birth_date_sealed))


def age_on(born: date, day: date) -> int:
    """Whole years on a day. Pure; somebody born on February 29 is a year older from March 1."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

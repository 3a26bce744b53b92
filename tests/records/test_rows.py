"""Rows written in bulk read back as they were, on whatever database the suite runs."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from records import rows
from records.models import AuditRow, DataKey

AT = datetime(2026, 3, 1, 12, 30, 15, 123456, UTC)


def a_row(**changed: object) -> dict[str, Any]:
    """An audit row with awkward contents."""
    row: dict[str, Any] = {
        "id": uuid4(),
        "at": AT,
        "actor_id": None,
        "verb": 'it\'s "quoted" \\ %s 100%',
        "subject_kind": "räksmörgås 🦐",
        "subject_id": "x",
        "person_id": uuid4(),
        "detail": {"state": "a'b", "n": 3, "none": None, "nested": [[1, 2]]},
    }
    return row | changed


@pytest.mark.django_db
def test_rows_come_back_as_they_went() -> None:
    made: list[dict[str, Any]] = [a_row(), a_row(actor_id=uuid4(), detail={})]
    key: dict[str, Any] = {
        "id": uuid4(),
        "owner_kind": "site",
        "owner_id": uuid4(),
        "wrapped": bytes(range(256)),
        "wrapped_by": "k",
    }
    rows.run([rows.Insert(AuditRow, made), rows.Insert(DataKey, [key | {"made_at": AT, "destroyed_at": None}])])
    for row in made:
        assert rows.of(AuditRow.objects.get(pk=row["id"])) == row
    kept = DataKey.objects.get(pk=key["id"])
    assert (bytes(kept.wrapped or b""), kept.made_at, kept.destroyed_at) == (bytes(range(256)), AT, None)


@pytest.mark.django_db
def test_nothing_to_write_is_no_statement(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        rows.run([rows.Insert(AuditRow, [])], commit=True)


@pytest.mark.django_db(transaction=True)
def test_a_first_read_and_a_last_write_carry_the_transaction() -> None:
    with transaction.atomic():
        assert rows.select_all([("SELECT 1", []), ("SELECT 2", [])]) == [[(1,)], [(2,)]]
        rows.run([rows.Insert(AuditRow, [a_row()])], commit=True)
    assert AuditRow.objects.count() == 1
    assert not connection.in_atomic_block
    with pytest.raises(RuntimeError), transaction.atomic():
        rows.select("SELECT 1")
        rows.run([rows.Insert(AuditRow, [a_row()])])
        raise RuntimeError("no")
    assert AuditRow.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_inside_another_transaction_nothing_is_committed() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        with transaction.atomic():
            rows.select("SELECT 1")
            rows.run([rows.Insert(AuditRow, [a_row()])], commit=True)
        raise RuntimeError("the outer one fails")
    assert AuditRow.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_write_that_fails_leaves_a_connection_that_works() -> None:
    same = a_row()
    with pytest.raises(Exception, match=r"(?i)unique"), transaction.atomic():
        rows.select("SELECT 1")
        rows.run([rows.Insert(AuditRow, [same, same])], commit=True)
    with transaction.atomic():
        rows.run([rows.Insert(AuditRow, [same])], commit=True)
    assert AuditRow.objects.count() == 1

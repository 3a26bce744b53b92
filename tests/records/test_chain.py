"""The audit chain notices whatever was altered, removed or cut off."""

import json
import uuid
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from records import audit, chain, triggers
from records.models import AuditLink, AuditRow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def head_file(settings: object, tmp_path: Path) -> Path:
    """A head file of this test's own."""
    settings.AUDIT_HEAD_FILE = tmp_path / "head.json"  # type: ignore[attr-defined]
    return tmp_path / "head.json"


def write(count: int = 5) -> list[AuditRow]:
    """Some rows, linked."""
    rows = [audit.record("room.read", "room", uuid.uuid4(), actor=uuid.uuid4(), first=n) for n in range(count)]
    chain.link()
    return rows


def test_an_untouched_chain_holds_and_says_how_long_it_is() -> None:
    write(5)
    audit.record("room.read", "room", uuid.uuid4(), actor=None)
    found = chain.verify()
    assert (found.ok, found.rows, found.bad) == (True, 6, None)
    assert found.head == bytes(AuditLink.objects.get(seq=6).hash).hex()


def test_an_empty_audit_holds() -> None:
    assert chain.verify().line() == '{"ok": true, "rows": 0, "head": null, "bad": null}'


def test_an_altered_row_is_named() -> None:
    row = write()[2]
    AuditRow.objects.filter(pk=row.pk).update(verb="room.looked")
    bad = chain.verify().bad
    assert bad is not None
    assert (bad.id, bad.kind) == (str(row.pk), "altered")


def test_a_removed_row_is_missed() -> None:
    row = write()[2]
    AuditLink.objects.filter(row=row).delete()
    AuditRow.objects.filter(pk=row.pk).delete()
    bad = chain.verify().bad
    assert bad is not None
    assert bad.kind == "missing"


def test_a_tail_that_was_cut_shows_and_is_not_papered_over_by_new_links() -> None:
    rows = write()
    AuditLink.objects.filter(seq__gt=3).delete()
    AuditRow.objects.filter(pk__in=[row.pk for row in rows if not hasattr(row, "link")]).exclude(
        pk__in=AuditLink.objects.values("row")
    ).delete()
    audit.record("room.read", "room", uuid.uuid4(), actor=None)
    assert chain.link() == 0
    bad = chain.verify().bad
    assert bad is not None
    assert (bad.id, bad.kind) == ("5", "truncated")


def test_the_command_ends_with_one_json_line_and_the_exit_status() -> None:
    row = write()[0]
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1])["ok"] is True
    AuditRow.objects.filter(pk=row.pk).update(verb="x")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit", stdout=out)
    assert ended.value.code == 1
    assert json.loads(out.getvalue().splitlines()[-1])["bad"]["kind"] == "altered"


def test_the_database_itself_refuses_to_change_or_remove_a_row() -> None:
    row = write(1)[0]
    triggers.install(connection)
    try:
        with pytest.raises(DatabaseError), transaction.atomic():
            AuditRow.objects.filter(pk=row.pk).update(verb="x")
        with pytest.raises(DatabaseError), transaction.atomic():
            AuditLink.objects.all().delete()
        if connection.vendor == "postgresql":
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("TRUNCATE records_auditlink")
    finally:
        triggers.remove(connection)
    assert chain.verify().ok

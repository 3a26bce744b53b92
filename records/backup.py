"""The whole site in one sealed file, and back: every row of every table as of one moment, on either database.

The file is encrypted with a key made from the newest site key, in chunks that can neither be changed, left out, moved
nor cut off unnoticed. The site keys themselves are not in it. Sign-ins are left out: after a restore everybody signs in
again.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from records import chain
from records.clock import now
from records.models import AuditLink

LEFT_OUT = ("contenttypes", "sessions")
ROWS = 500


class CannotRestore(Exception):
    """Why a backup is not restored, in one line for the operator. Nothing was changed."""


def dump() -> Iterator[bytes]:
    """The lines of a backup: what it is, then each table with its rows. Others go on writing meanwhile."""
    with _snapshot():
        newest = AuditLink.objects.order_by("-seq").first()
        yield _line(
            {
                "at": now().isoformat(),
                "migrations": _migrations(),
                "audit": [newest.seq, bytes(newest.hash).hex()] if newest else None,
            }
        )
        for model in _models():
            names = [field.attname for field in model._meta.concrete_fields]
            yield _line({"table": model._meta.label, "fields": names})
            for row in model._base_manager.order_by("pk").values_list(*names).iterator(ROWS):
                yield _line([_plain(value) for value in row])


@contextmanager
def _snapshot() -> Iterator[None]:
    """A transaction that sees one moment and stands in nobody's way."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    outermost, mode = not connection.in_atomic_block, getattr(database, "transaction_mode", None)
    database.transaction_mode = "DEFERRED"  # SQLite: a reader's snapshot, not a writer's lock
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql" and outermost:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        database.transaction_mode = mode


def load(lines: Iterable[bytes]) -> int:
    """Put a backup into this site, which must be migrated and empty. How many rows. Raises `CannotRestore`."""
    given = iter(lines)
    about = json.loads(next(given))
    if about["migrations"] != _migrations():
        raise CannotRestore(
            "This backup was made by another version of Holdfast. Restore it with that one, then update."
        )
    full = next((model._meta.verbose_name for model in _models() if model._base_manager.exists()), None)
    if full is not None:
        raise CannotRestore(f"This site is not empty (there is a {full}). Restore into a new, migrated one.")
    connection.disable_constraint_checking()
    try:
        with transaction.atomic():
            count = _load(given)
            connection.check_constraints()
            if about["audit"]:
                seq, digest = about["audit"]
                transaction.on_commit(lambda: chain.keep_head(seq, bytes.fromhex(digest)))
    finally:
        connection.enable_constraint_checking()
    return count


def _load(lines: Iterator[bytes]) -> int:
    model: type[Model] | None = None
    names: list[str] = []
    waiting: list[Model] = []
    count = 0
    for line in lines:
        given = json.loads(line)
        if isinstance(given, dict):
            _insert(model, waiting)
            model, names, waiting = apps.get_model(given["table"]), given["fields"], []
            continue
        assert model is not None
        waiting.append(model(**dict(zip(names, map(_value, given), strict=True))))
        count += 1
        if len(waiting) >= ROWS:
            _insert(model, waiting)
            waiting = []
    _insert(model, waiting)
    statements = connection.ops.sequence_reset_sql(no_style(), _models())
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return count


def _insert(model: type[Model] | None, rows: list[Model]) -> None:
    if model is not None and rows:
        model._base_manager.bulk_create(rows)


def _models() -> list[type[Model]]:
    everything = apps.get_models(include_auto_created=True)
    kept = (model for model in everything if model._meta.app_label not in LEFT_OUT and model._meta.managed)
    return sorted((model for model in kept if model._meta.label != "auth.Permission"), key=lambda one: one._meta.label)


def _migrations() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    """A column's value as JSON; what JSON does not have, and what could be mistaken for it, is named."""
    match value:
        case None | bool() | int() | str():
            return value
        case bytes() | memoryview() | bytearray():
            return {"bytes": base64.b64encode(bytes(value)).decode()}
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case time():
            return {"time": value.isoformat()}
        case UUID() | Decimal():
            return {"id" if isinstance(value, UUID) else "number": str(value)}
    return {"json": value}


_READERS: dict[str, Any] = {
    "bytes": base64.b64decode,
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
    "time": time.fromisoformat,
    "id": UUID,
    "number": Decimal,
    "json": lambda value: value,
}


def _value(given: Any) -> Any:
    if isinstance(given, dict):
        ((kind, value),) = given.items()
        return _READERS[kind](value)
    return given

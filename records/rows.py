"""Writing and reading rows where every microsecond is paid a thousand times a second: the statement is built once.

Django builds a query anew for each call, which costs more than running it. Here the text is kept and nothing of a
model's saving happens: no signals, no defaults. On PostgreSQL each trip costs more than what it carries, so several
statements share one, the transaction's BEGIN goes with its first and its COMMIT with its last.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import AutoField, BigAutoField, Field, Model

AT_ONCE = 500
"""Values in one statement: below what any of the databases takes."""
Statement = tuple[str, list[Any]]
Row = Mapping[str, Any]
"""A value for each column of a model, but for a key the database gives; by the name of the model's attribute."""


@dataclass(frozen=True, slots=True)
class Insert:
    """Rows of one model to be inserted; the keys the database gives are not read back."""

    model: type[Model]
    rows: Sequence[Row]


Write = Statement | Insert


def of(one: Model) -> Row:
    """A model's object as a row."""
    return {field.attname: getattr(one, field.attname) for field in _fields(type(one))}


def run(writes: Sequence[Write], *, commit: bool = False) -> None:
    """Run writes in order; on PostgreSQL in one trip.

    With `commit` they are the last of the transaction and end it there and then; a transaction inside another (as tests
    have them) goes on.
    """
    writes = [one for one in writes if not isinstance(one, Insert) or one.rows]
    if not writes:
        return
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        if connection.vendor == "postgresql":
            statements = [_as_json(one) if isinstance(one, Insert) else one for one in writes]
            if commit and _outermost():
                statements.append(("COMMIT", []))
            cursor.execute(*_one_trip(statements))
            return
        for one in writes:
            if isinstance(one, Insert):
                cursor.executemany(*_as_many(one))
            else:
                cursor.execute(*one)


def select(sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    return select_all([(sql, list(values))])[0]


def select_all(statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
    """The rows of each of several statements; on PostgreSQL in one trip."""
    found: list[list[tuple[Any, ...]]] = []
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        if connection.vendor != "postgresql":
            for sql, values in statements:
                cursor.execute(sql, values)
                found.append(list(cursor.fetchall()))
            return found
        cursor.execute(*_one_trip(statements))
        while True:
            if cursor.description is not None:  # a BEGIN brings nothing
                found.append(list(cursor.fetchall()))
            if not cursor.nextset():
                return found


def marks(values: Collection[Any]) -> str:
    """Placeholders for an `IN (…)`."""
    return ", ".join(["%s"] * len(values))


def _one_trip(statements: Sequence[Statement]) -> Statement:
    """Several statements as PostgreSQL takes them at once, with the BEGIN of a transaction that only starts here."""
    raw = connection.connection
    if _outermost() and raw.info.transaction_status == raw.info.transaction_status.IDLE:
        raw.autocommit = True  # else psycopg would make a trip of its own for a BEGIN; the end is Django's as always
        statements = [("BEGIN", []), *statements]
    return "; ".join(sql for sql, _ in statements), [value for _, values in statements for value in values]


def _outermost() -> bool:
    """Whether the transaction here is one that really ends in a commit, and not part of another."""
    return connection.in_atomic_block and not connection.savepoint_ids


def _as_json(insert: Insert) -> Statement:
    """All rows in one value: a text that never changes, and no placeholder for each cell."""
    return _from_json(insert.model), [json.dumps(insert.rows, default=_plain, separators=(",", ":"))]


@lru_cache(maxsize=32)
def _from_json(model: type[Model]) -> str:
    fields = _fields(model)
    names = ", ".join(_quoted(field.column) for field in fields)
    given = ", ".join(f"{_quoted(field.attname)} {field.db_type(connection)}" for field in fields)
    chosen = ", ".join(_quoted(field.attname) for field in fields)
    table = _quoted(model._meta.db_table)
    return f"INSERT INTO {table} ({names}) SELECT {chosen} FROM json_to_recordset(%s) AS given ({given})"  # noqa: S608


def _plain(value: Any) -> str:
    """A value as it stands in JSON, so that PostgreSQL reads it as the column's type."""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} cannot be kept so")


def _as_many(insert: Insert) -> tuple[str, list[list[Any]]]:
    """The rows as SQLite takes them: one small statement, run for each."""
    fields, database = _fields(insert.model), connections[DEFAULT_DB_ALIAS]
    names = ", ".join(_quoted(field.column) for field in fields)
    rows = [[field.get_db_prep_save(row[field.attname], database) for field in fields] for row in insert.rows]
    return f"INSERT INTO {_quoted(insert.model._meta.db_table)} ({names}) VALUES ({marks(fields)})", rows  # noqa: S608


@lru_cache(maxsize=32)
def _fields(model: type[Model]) -> "tuple[Field[Any, Any], ...]":
    fields = (field for field in model._meta.concrete_fields if not isinstance(field, AutoField | BigAutoField))
    return tuple(fields)


@lru_cache(maxsize=512)
def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)

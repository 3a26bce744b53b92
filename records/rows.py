"""Writing and reading rows where every microsecond is paid a thousand times a second: the statement is built once.

Django builds a query anew for each call, which costs more than running it. Here the text is kept, the values go through
the model's own fields, and nothing else of a model's saving happens (no signals, no defaults but the fields' own).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import AutoField, BigAutoField, Field, Model

AT_ONCE = 500
"""Rows in one statement: below what any of the databases takes in values."""
AS_IT_IS = frozenset({str, int, bool, bytes, UUID, datetime, type(None)})
Statement = tuple[str, list[Any]]


def inserts(objects: Sequence[Model]) -> list[Statement]:
    """The statements that insert objects of one model, for `run`. A key the database gives is not read back."""
    if not objects:
        return []
    fields, database = _fields(type(objects[0])), connections[DEFAULT_DB_ALIAS]
    names = ", ".join(_quoted(field.column) for field in fields)
    table = _quoted(objects[0]._meta.db_table)
    row = f"({marks(fields)})"
    made: list[Statement] = []
    for start in range(0, len(objects), AT_ONCE):
        some = objects[start : start + AT_ONCE]
        values = [_adapted(getattr(one, field.attname), field, database) for one in some for field in fields]
        made.append((f"INSERT INTO {table} ({names}) VALUES {', '.join([row] * len(some))}", values))  # noqa: S608
    return made


def run(statements: Sequence[Statement]) -> None:
    """Run statements in order; on PostgreSQL in one trip."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        for sql, values in _trips(statements):
            cursor.execute(sql, values)


def select(sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    return select_all([(sql, list(values))])[0]


def select_all(statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
    """The rows of each of several statements; on PostgreSQL in one trip."""
    found: list[list[tuple[Any, ...]]] = []
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        for sql, values in _trips(statements):
            cursor.execute(sql, values)
            found.append(list(cursor.fetchall()))
            while len(found) < len(statements) and connection.vendor == "postgresql" and cursor.nextset():
                found.append(list(cursor.fetchall()))
    return found


def _trips(statements: Sequence[Statement]) -> Sequence[Statement]:
    """Statements as they are sent: values are put into the text on this side, so PostgreSQL takes several at once."""
    if len(statements) < 2 or connection.vendor != "postgresql":
        return statements
    return [("; ".join(sql for sql, _ in statements), [value for _, values in statements for value in values])]


def marks(values: Sequence[Any]) -> str:
    """Placeholders for an `IN (…)`."""
    return ", ".join(["%s"] * len(values))


def _adapted(value: Any, field: "Field[Any, Any]", database: Any) -> Any:
    """A value as the database takes it. What PostgreSQL takes as it is, is most of what there is."""
    if type(value) in AS_IT_IS and database.vendor == "postgresql":
        return value
    return field.get_db_prep_save(value, database)


@lru_cache(maxsize=32)
def _fields(model: type[Model]) -> "tuple[Field[Any, Any], ...]":
    fields = (field for field in model._meta.concrete_fields if not isinstance(field, AutoField | BigAutoField))
    return tuple(fields)


@lru_cache(maxsize=512)
def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)

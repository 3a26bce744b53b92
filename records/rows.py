"""Writing and reading rows where every microsecond is paid a thousand times a second: the statement is built once.

Django builds a query anew for each call, which costs more than running it. Here the text is kept, the values go through
the model's own fields, and nothing else of a model's saving happens (no signals, no defaults but the fields' own).
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import AutoField, BigAutoField, Field, Model

AT_ONCE = 500
"""Rows in one statement: below what any of the databases takes in values."""


def insert(objects: Sequence[Model]) -> None:
    """Insert objects of one model. A key the database gives is not read back."""
    if not objects:
        return
    fields = _fields(type(objects[0]))
    names = ", ".join(_quoted(field.column) for field in fields)
    table = _quoted(objects[0]._meta.db_table)
    row = f"({marks(fields)})"
    for start in range(0, len(objects), AT_ONCE):
        some = objects[start : start + AT_ONCE]
        values = [field.get_db_prep_save(getattr(one, field.attname), connection) for one in some for field in fields]
        sql = f"INSERT INTO {table} ({names}) VALUES {', '.join([row] * len(some))}"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(sql, values)


def select(sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return list(cursor.fetchall())


def change(sql: str, values: Iterable[Sequence[Any]]) -> None:
    """Run a statement once for each row of values."""
    with connection.cursor() as cursor:
        for row in values:
            cursor.execute(sql, row)


def marks(values: Sequence[Any]) -> str:
    """Placeholders for an `IN (…)`."""
    return ", ".join(["%s"] * len(values))


@lru_cache(maxsize=32)
def _fields(model: type[Model]) -> "tuple[Field[Any, Any], ...]":
    fields = (field for field in model._meta.concrete_fields if not isinstance(field, AutoField | BigAutoField))
    return tuple(fields)


@lru_cache(maxsize=512)
def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)

"""Two PostgreSQL roles: one owns and migrates, the site's own may use the tables but never change the audit.

With `DATABASE_OWNER_URL` set, `migrate` connects as the owner and grants the role of `DATABASE_URL` what it needs.
"""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import connection
from psycopg import sql

from records.triggers import TABLES


def grant(**_: Any) -> None:
    """After migrating as the owner: use of every table for the site's role, and only growth of the audit tables."""
    if not settings.MIGRATES_AS_OWNER or connection.vendor != "postgresql":
        return
    role = sql.Identifier(unquote(urlsplit(settings.ENV.database_url).username or ""))
    audit = sql.SQL(", ").join(sql.Identifier(table) for table in TABLES)
    with connection.cursor() as cursor:
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            "REVOKE UPDATE, DELETE, TRUNCATE ON {audit} FROM {role}",
        ):
            cursor.execute(sql.SQL(statement).format(role=role, audit=audit).as_string(cursor.connection))

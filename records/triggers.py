"""The audit tables only grow: triggers refuse UPDATE, DELETE and (on PostgreSQL) TRUNCATE, whoever asks."""

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("records_auditrow", "records_auditlink")


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers on both audit tables."""
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor):
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away again (a test that flushes; never on a site)."""
    with connection.cursor() as cursor:
        for table in TABLES:
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_grows ON {table}")
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_stays ON {table}")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_update")
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_delete")


def wanted() -> bool:
    """Suites that flush tables between tests run without the triggers; one test proves them."""
    return bool(getattr(settings, "AUDIT_TRIGGERS", True))


def _statements(vendor: str) -> list[str]:
    if vendor == "postgresql":
        function = (
            "CREATE OR REPLACE FUNCTION records_audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the audit only grows'; END $$"
        )
        return [
            function,
            *(
                f"CREATE TRIGGER {table}_grows BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION records_audit_only_grows()"
                for table in TABLES
            ),
            *(
                f"CREATE TRIGGER {table}_stays BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION records_audit_only_grows()"
                for table in TABLES
            ),
        ]
    return [
        f"CREATE TRIGGER {table}_{verb} BEFORE {verb.upper()} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END"
        for table in TABLES
        for verb in ("update", "delete")
    ]

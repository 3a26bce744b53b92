"""Two database roles on a real PostgreSQL: the site lives on its own, and can make its audit grow, nothing else."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from bench import servers

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(180)]
ROOT = Path(__file__).resolve().parents[2]
AUDIT = {"records_auditrow": "verb", "records_auditlink": "hash"}
"""The audit's tables, each with a column."""


@pytest.fixture(scope="module")
def site_role(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """The site role's URL, and the environment of a site migrated by the owner with the demo clinic in it."""
    with ExitStack() as stack:
        cluster = stack.enter_context(servers.postgres(durable=False))
        with psycopg.connect(cluster, autocommit=True) as own:
            # As deploy/site_role.sh does when the database is made.
            own.execute("CREATE ROLE holdfast_site LOGIN")
            own.execute("CREATE ROLE holdfast LOGIN CREATEDB")
            own.execute("CREATE DATABASE holdfast OWNER holdfast")
        base = cluster.rpartition("@")[2].rpartition("/")[0]
        site, owner = (f"postgres://{who}@{base}/holdfast" for who in ("holdfast_site", "holdfast"))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HOLDFAST_", "DJANGO_"))}
        environ = {
            **kept,
            "HOLDFAST_VAR": str(tmp_path_factory.mktemp("owned")),
            "HOLDFAST_MODE": "demo",
            "DATABASE_URL": site,
            "DATABASE_OWNER_URL": owner,
            "REDIS_URL": "",
        }
        _manage(environ, "migrate", "--verbosity", "0")
        _manage(environ, "load_demo")
        yield site, environ


def test_the_site_runs_and_its_audit_holds(site_role: tuple[str, dict[str, str]]) -> None:
    said = json.loads(_manage(site_role[1], "verify_audit").splitlines()[-1])
    assert said["ok"] is True
    assert said["rows"] > 10


@pytest.mark.parametrize("table", AUDIT)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET {column} = {column}",
        "DELETE FROM {table}",
        "TRUNCATE {table} CASCADE",
        "DROP TABLE {table} CASCADE",
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "DROP TRIGGER {table}_grows ON {table}",
        "CREATE OR REPLACE FUNCTION records_audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
    ],
)
def test_the_sites_role_may_not_touch_the_audit(
    site_role: tuple[str, dict[str, str]], table: str, statement: str
) -> None:
    with psycopg.connect(site_role[0]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.format(table=table, column=AUDIT[table]))


def test_the_owner_itself_is_stopped_by_the_triggers(site_role: tuple[str, dict[str, str]]) -> None:
    owner = site_role[1]["DATABASE_OWNER_URL"]
    with psycopg.connect(owner) as connection, pytest.raises(psycopg.errors.RaiseException, match="only grows"):
        connection.execute("DELETE FROM records_auditrow")


def _manage(environ: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout

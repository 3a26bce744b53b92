"""A backup of a site that is in use, and back: everything, or a clear line why not."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from bench import servers
from bench.client import Client
from bench.site import running
from records import backup, strongbox
from tests.cast import Cast
from tests.test_production import run as in_thread

ROOT = Path(__file__).resolve().parents[2]
KEYS = "k1:" + "A" * 43 + "="


@pytest.fixture
def lines(cast: Cast) -> list[bytes]:
    """What a backup of the cast holds."""
    return list(backup.dump())


@pytest.mark.django_db
def test_a_sealed_file_gives_back_what_was_put_in(tmp_path: Path, lines: list[bytes]) -> None:
    path = tmp_path / "site.backup"
    size = strongbox.write(path, lines)
    assert size == path.stat().st_size
    assert path.stat().st_mode & 0o777 == 0o600
    assert [line + b"\n" for line in strongbox.read(path)] == lines
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.django_db
def test_a_large_one_goes_in_chunks(tmp_path: Path) -> None:
    many = [os.urandom(50_000).hex().encode() + b"\n" for _ in range(60)]
    strongbox.write(tmp_path / "b", many)
    assert [line + b"\n" for line in strongbox.read(tmp_path / "b")] == many


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda raw: raw[:-1], "cut off"),
        (lambda raw: raw[: len(raw) // 2], "cut off"),
        (lambda raw: raw[:-40] + bytes([raw[-40] ^ 1]) + raw[-39:], "damaged or changed"),
        (lambda raw: raw + b"\0\0\0\1x", "damaged or changed"),
        (lambda raw: b"x" + raw, "not a backup"),
        (lambda raw: b"", "not a backup"),
        (lambda raw: raw.replace(b"-1\n", b"-1\nother", 1), "not in HOLDFAST_SEALING_KEYS"),
    ],
)
def test_what_was_spoilt_is_refused_in_one_line(tmp_path: Path, lines: list[bytes], spoil: Any, said: str) -> None:
    path = tmp_path / "site.backup"
    strongbox.write(path, lines)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(strongbox.CannotRead) as error:
        list(strongbox.read(path))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.django_db
def test_it_is_not_laid_over_a_site_that_is_in_use(cast: Cast, lines: list[bytes], tmp_path: Path) -> None:
    with pytest.raises(backup.CannotRestore, match="not empty"):
        backup.load(lines)
    about = json.loads(lines[0])
    with pytest.raises(backup.CannotRestore, match="another version"):
        backup.load([json.dumps(about | {"migrations": []}).encode()])
    path = tmp_path / "b"
    path.write_bytes(b"mine")
    with pytest.raises(CommandError, match="overwrites nothing"):
        call_command("backup", to=str(path))
    assert path.read_bytes() == b"mine"


@pytest.mark.django_db
def test_no_word_no_name_and_no_key_stands_open_in_it(cast: Cast, tmp_path: Path, lines: list[bytes]) -> None:
    strongbox.write(tmp_path / "b", lines)
    raw = (tmp_path / "b").read_bytes()
    assert cast.ana.email.encode() not in raw
    assert b"Harbor" not in raw
    assert not any(line.startswith(b'{"table":"sessions.') for line in lines)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A private cluster."""
    with servers.postgres(durable=False) as url:
        yield url


@pytest.mark.chaos
@pytest.mark.timeout(240)
@pytest.mark.parametrize("to", ["sqlite", "postgres"])
def test_the_drill(tmp_path: Path, postgres: str, to: str) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HOLDFAST_", "DJANGO_"))}
    kept |= {"HOLDFAST_MODE": "demo", "HOLDFAST_SEALING_KEYS": KEYS, "DATABASE_URL": "", "REDIS_URL": ""}
    before, after = kept | {"HOLDFAST_VAR": str(old)}, kept | {"HOLDFAST_VAR": str(new)}
    if to == "postgres":
        after["DATABASE_URL"] = postgres
    for command in (["migrate", "--verbosity", "0"], ["createcachetable"], ["load_demo"], ["verify_audit"]):
        run(before, *command)
    run(before, "backup", "--to", str(tmp_path / "site.backup"))
    said = run(after, "restore", "--from", str(tmp_path / "site.backup"))
    assert "The audit holds over" in said
    assert "the newest message was opened" in said
    assert counts(before) == counts(after)
    audit = [json.loads(run(one, "verify_audit").splitlines()[-1]) for one in (before, after)]
    assert audit[0] == audit[1]
    if to == "postgres":
        run(after, "backup", "--to", str(tmp_path / "back.backup"))
        home = kept | {"HOLDFAST_VAR": str(tmp_path / "home")}
        assert "The audit holds over" in run(home, "restore", "--from", str(tmp_path / "back.backup"))
        assert counts(home) == counts(before)
    again = subprocess.run(
        [sys.executable, "manage.py", "restore", "--from", str(tmp_path / "site.backup")],
        cwd=ROOT,
        env=after,
        capture_output=True,
        text=True,
    )
    assert again.returncode == 1
    assert "not empty" in again.stderr


@pytest.mark.chaos
@pytest.mark.timeout(240)
@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
def test_a_backup_of_a_site_that_goes_on_writing_is_one_moment_of_it(tmp_path: Path, backend: str) -> None:
    file = str(tmp_path / "site.backup")
    with running(backend, HOLDFAST_POSTS_PER_MINUTE="0", HOLDFAST_SEALING_KEYS=KEYS) as site:
        place = site.script("bench.prepare", given=json.dumps([{"speakers": ["a", "b"]}]))["rooms"][0]

        async def talk() -> tuple[int, list[str]]:
            writer, said = Client(site.port, place["cookies"][0], place["room"]), list[str]()
            assert (await writer.connect())["ok"]
            taken: asyncio.Task[str] | None = None
            early = 0
            while taken is None or not taken.done():
                answer = await writer.ask("post", room=place["room"], text=f"line {len(said)}")
                assert answer["ok"], answer
                said.append(answer["id"])
                if len(said) == 30:
                    early, taken = 30, asyncio.create_task(asyncio.to_thread(run, site.environ, "backup", "--to", file))
            await taken
            await writer.close()
            return early, said

        early, said = in_thread(talk())
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HOLDFAST_", "DJANGO_"))}
    after = kept | {"HOLDFAST_VAR": str(tmp_path / "new"), "HOLDFAST_SEALING_KEYS": KEYS}
    after |= {"DATABASE_URL": "", "REDIS_URL": ""}
    restored = run(after, "restore", "--from", file)
    assert "The audit holds over" in restored
    assert "the newest message was opened" in restored
    listed = (
        "import json; from groups.models import Message; "
        "print(json.dumps([str(one) for one in Message.objects.order_by('seq').values_list('pk', flat=True)]))"
    )
    found = json.loads(run(after, "shell", "--verbosity", "0", "-c", listed).splitlines()[-1])
    assert early <= len(found) < len(said)
    assert found == said[: len(found)]


def run(environ: dict[str, str], *arguments: str) -> str:
    """A management command of one of the sites."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def counts(environ: dict[str, str]) -> dict[str, int]:
    """How many rows each table has."""
    script = (
        "import json; from records.backup import _models; "
        "print(json.dumps({one._meta.label: one._base_manager.count() for one in _models()}))"
    )
    found: dict[str, int] = json.loads(run(environ, "shell", "--verbosity", "0", "-c", script).splitlines()[-1])
    assert sum(found.values()) > 300
    return found

"""What an operator may set, read once, typed, with its meaning beside it.

Every field is one environment variable. A variable may also come from a file (`NAME_FILE`, for container
secrets) or from `var/site.env`, which `make run` writes so that a command beside it sees the same site.
`docs/settings.md` is generated from this file.
"""

import base64
import os
import secrets
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

BASE_DIR = Path(__file__).resolve().parent.parent

BOOLEANS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
Mode = Literal["development", "demo", "production"]


class EnvError(RuntimeError):
    """A setting is missing or cannot be read; the message is one line for an operator."""


def variable(name: str, default: object, doc: str, *, secret: bool = False) -> Any:
    """One documented environment variable of `Env`."""
    metadata = {"name": name, "doc": doc, "secret": secret}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Env:
    """The whole of what can be set from outside."""

    mode: Mode = variable("HOLDFAST_MODE", "development", "`development`, `demo` or `production`.")
    var_dir: Path = variable(
        "HOLDFAST_VAR", BASE_DIR / "var", "Folder for the embedded database, keys and the demo's mail."
    )
    secret_key: str = variable(
        "HOLDFAST_SECRET_KEY",
        "",
        "Signs cookies. Made and kept in `var/keys.env` outside production.",
        secret=True,
    )
    sealing_keys: str = variable(
        "HOLDFAST_SEALING_KEYS",
        "",
        "Keys that wrap the data keys: `id:base64-of-32-bytes`, comma-separated, newest first.",
        secret=True,
    )
    database_url: str = variable("DATABASE_URL", "", "PostgreSQL or SQLite URL. Empty: SQLite in `var/`.", secret=True)
    database_owner_url: str = variable(
        "DATABASE_OWNER_URL",
        "",
        "The role that migrates and owns the tables, when the app's own role may only use them.",
        secret=True,
    )
    redis_url: str = variable(
        "REDIS_URL",
        "",
        "The bus between processes. Empty: in-process bus, and the one-second look.",
        secret=True,
    )
    allowed_hosts: str = variable("HOLDFAST_HOSTS", "", "Host names served, comma-separated. Required in production.")
    https: bool = variable(
        "HOLDFAST_HTTPS",
        False,
        "The site is reached over HTTPS: secure cookies, HSTS. Required in production.",
    )
    proxies: int = variable("HOLDFAST_PROXIES", 0, "How many trusted reverse proxies stand in front.")
    message_gate: str = variable(
        "MESSAGE_GATE",
        "moderation.gate.Gate",
        "Dotted path of the class that screens a draft before anybody sees it.",
    )
    ack_seconds: str = variable(
        "HOLDFAST_ACK_SECONDS",
        "",
        "Seconds until the next person is paged, as in `crisis=60,red=120,amber=300`. Empty: the default targets.",
    )
    static: str = variable("HOLDFAST_STATIC", "", "`hashed` makes static files as production serves them, for a build.")
    posts_per_minute: int = variable(
        "HOLDFAST_POSTS_PER_MINUTE", 30, "Posts one person may make in any 60 seconds; 0 for any number."
    )
    direct_writes: bool = variable(
        "HOLDFAST_DIRECT_WRITES",
        True,
        "Socket frames go straight to the server's connections where its versions allow it; off: always through ASGI.",
    )
    sign_ins_per_minute: int = variable(
        "HOLDFAST_SIGN_INS_PER_MINUTE",
        120,
        "Sign-in attempts a minute from one address; a clinic shares one address.",
    )
    email_url: str = variable(
        "HOLDFAST_EMAIL_URL",
        "",
        "`smtp://user:password@host:587/?tls=true`. Empty: mail is written to `var/outbox/`.",
        secret=True,
    )
    email_from: str = variable("HOLDFAST_EMAIL_FROM", "care@localhost", "Sender of every mail.")
    site_url: str = variable("HOLDFAST_SITE_URL", "http://127.0.0.1:8000", "Address used in mails.")
    crisis_line: str = variable(
        "HOLDFAST_CRISIS_LINE",
        "988",
        "Crisis line shown on every page (988 in the US, https://988lifeline.org).",
    )
    emergency_number: str = variable("HOLDFAST_EMERGENCY_NUMBER", "911", "Emergency number shown beside it.")
    quick_exit_url: str = variable(
        "HOLDFAST_QUICK_EXIT_URL",
        "https://www.weather.gov/",
        "Where quick exit leads. Followed only when a person presses it.",
    )
    site_phone: str = variable(
        "HOLDFAST_PHONE", "555-0142", "Telephone shown where no programme is known yet, as on error pages."
    )
    site_hours: str = variable("HOLDFAST_PHONE_HOURS", "8:00 to 21:00", "When that telephone is answered.")


def _site_file(var_dir: Path) -> dict[str, str]:
    values: dict[str, str] = {}
    for name in ("keys.env", "site.env"):
        path = var_dir / name
        if path.exists():
            for line in path.read_text().splitlines():
                key, _, value = line.partition("=")
                if key and not key.startswith("#"):
                    values[key.strip()] = value.strip()
    return values


def _parse(kind: Any, name: str, raw: str) -> Any:
    try:
        if kind is bool:
            return BOOLEANS[raw.lower()]
        if kind is int:
            return int(raw)
        if kind is Path:
            return Path(raw)
    except (KeyError, ValueError):
        raise EnvError(f"{name} cannot be read: expected {kind.__name__}.") from None
    if kind is Mode and raw not in get_args(Mode):
        raise EnvError(f"{name} must be one of {', '.join(get_args(Mode))}.")
    return raw


def _keys(var_dir: Path) -> dict[str, str]:
    """This machine's own keys, made once; two processes starting together end up with one set."""
    path = var_dir / "keys.env"
    var_dir.mkdir(parents=True, exist_ok=True)
    lines = (
        f"HOLDFAST_SECRET_KEY={secrets.token_urlsafe(50)}\n"
        f"HOLDFAST_SEALING_KEYS=k1:{base64.b64encode(secrets.token_bytes(32)).decode()}\n"
    )
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.touch(mode=0o600)
    draft.write_text(lines)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return _site_file(var_dir)


def read_env(environ: dict[str, str] | None = None) -> Env:
    """Read the environment. Raises `EnvError`, one line, when something cannot be read."""
    given = dict(os.environ if environ is None else environ)
    var_dir = Path(given.get("HOLDFAST_VAR") or BASE_DIR / "var")
    kept = _site_file(var_dir)
    mode = given.get("HOLDFAST_MODE") or kept.get("HOLDFAST_MODE") or "development"
    keys = {"HOLDFAST_SECRET_KEY", "HOLDFAST_SEALING_KEYS"}
    if mode == "production":
        kept = {name: value for name, value in kept.items() if name not in keys}
    elif not all(given.get(name) or given.get(f"{name}_FILE") or kept.get(name) for name in keys):
        kept = _keys(var_dir) | kept
    values: dict[str, Any] = {}
    for item in fields(Env):
        name = item.metadata["name"]
        raw = given.get(name)
        if raw is None and (path := given.get(f"{name}_FILE")):
            raw = Path(path).read_text().strip()
        if raw is None:
            raw = kept.get(name)
        if raw not in (None, ""):
            values[item.name] = _parse(item.type, name, str(raw))
    return Env(**values)

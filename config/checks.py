"""What an operator must set before anybody's words are kept here. Each answer is one line."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from config.env import Env
from records.sealing import site_keys


@register(Tags.security)
def production_is_safe(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:
    """Refuse production with anything that is only good for a demo, and a demo with production's settings."""
    return [Error(line, id=f"holdfast.E{number:03}") for number, line in enumerate(problems(settings.ENV), 1) if line]


def problems(env: Env) -> list[str]:
    """Every line an operator must read before this starts; an empty string where a rule is kept."""
    production, demo = env.mode == "production", env.mode == "demo"
    return [
        _unless(
            not production or len(env.secret_key) >= 50, "Set HOLDFAST_SECRET_KEY to at least 50 random characters."
        ),
        _unless(
            not production or bool(env.sealing_keys),
            "Set HOLDFAST_SEALING_KEYS: without them nothing written here could be read again.",
        ),
        _unless(not production or env.https, "Set HOLDFAST_HTTPS=1: production is reached over HTTPS only."),
        _unless(not production or bool(env.allowed_hosts), "Set HOLDFAST_HOSTS to the names this site is reached by."),
        _unless(
            not production or bool(env.redis_url),
            "Set REDIS_URL: the in-process bus is for one process on one machine.",
        ),
        _unless(
            not production or env.database_url.startswith(("postgres://", "postgresql://")),
            "Set DATABASE_URL to a PostgreSQL database: production does not run on the embedded one.",
        ),
        _unless(not production or bool(env.email_url), "Set HOLDFAST_EMAIL_URL: pages and invitations go by mail."),
        _unless(
            not (demo and (env.https or env.allowed_hosts)),
            "Demo mode does not start with production settings: unset HOLDFAST_HTTPS and HOLDFAST_HOSTS.",
        ),
    ]


@register(Tags.security)
def sealing_keys_can_be_read(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:
    """Every site key is 32 bytes."""
    try:
        fit = all(len(key) == 32 for key in site_keys().values())
    except ValueError:
        fit = False
    if fit:
        return []
    return [Error("HOLDFAST_SEALING_KEYS must be id:base64-of-32-bytes, comma-separated.", id="holdfast.E020")]


def _unless(kept: bool, line: str) -> str:
    return "" if kept else line

"""Why a site with these settings does not start: one line each, before Django is even loaded."""

from config.env import Env


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


def _unless(kept: bool, line: str) -> str:
    return "" if kept else line

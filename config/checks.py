"""What an operator must set before anybody's words are kept here. Each answer is one line."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from config.refusals import problems
from moderation import targets
from records.sealing import site_keys


@register(Tags.security)
def production_is_safe(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:
    """Refuse production with anything that is only good for a demo, and a demo with production's settings."""
    return [Error(line, id=f"holdfast.E{number:03}") for number, line in enumerate(problems(settings.ENV), 1) if line]


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


@register(Tags.security)
def clocks_can_be_read(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:
    """`HOLDFAST_ACK_SECONDS` says what it should."""
    try:
        targets.parse(settings.ACK_SECONDS)
    except targets.BadTargets as bad:
        return [Error(str(bad), id="holdfast.E021")]
    return []

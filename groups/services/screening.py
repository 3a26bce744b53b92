"""Passing a draft through the gate, failing closed: words nobody could read are held, never lost, never shown."""

import logging
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import SynchronousOnlyOperation
from django.utils.module_loading import import_string

from groups.gate import Action, Draft, MessageGate, Verdict

log = logging.getLogger("holdfast.gate")
DOWN = Verdict(action=Action.HOLD, severity="amber", lane="care", screen_down=True)


def screen(draft: Draft) -> Verdict:
    """What the configured gate makes of a draft; `DOWN` if it fails in any way."""
    try:
        verdict: object = _gate(settings.MESSAGE_GATE).screen(draft)
    except SynchronousOnlyOperation:
        raise  # asked on a loop's thread, a gate that reads the database is asked again on one of its own
    except Exception as error:  # whatever a gate may raise: the message is held
        log.error("the gate failed: %s", type(error).__name__)
        return DOWN
    if not isinstance(verdict, Verdict):
        log.error("the gate answered with a %s", type(verdict).__name__)
        return DOWN
    return verdict


def make_ready() -> None:
    """Build the gate before the first message comes; one that cannot be built holds whatever comes."""
    try:
        _gate(settings.MESSAGE_GATE)
    except Exception as error:
        log.error("the gate cannot be built: %s", type(error).__name__)


@lru_cache(maxsize=4)
def _gate(path: str) -> MessageGate:
    named = import_string(path)
    gate: MessageGate = named() if isinstance(named, type) else named
    return gate

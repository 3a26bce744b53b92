"""The message gate: the screen, and the programme's policy on what it finds."""

import logging

from django.core.exceptions import SynchronousOnlyOperation

from groups.gate import CONTACT, Draft, Verdict
from moderation.screening.engine import read
from moderation.screening.lexicon import languages
from moderation.screening.policy import UNKNOWN
from moderation.screening.verdict import Context, alerts, judge, screen
from moderation.services.policy_in_force import in_force, own_numbers

log = logging.getLogger("holdfast.gate")


class Gate:
    """Screens a draft. Whatever it raises, the message is held by `groups.services.screening`.

    Words in which nothing alerts are shown under every policy, so only the others ask for one. That may need the
    database: on a loop's thread Django refuses, and posting asks again on a thread of its own.
    """

    def __init__(self) -> None:
        """Read the lexicon now, not while the first message waits."""
        languages()

    def screen(self, draft: Draft) -> Verdict:
        """Judge a draft."""
        reading = read(draft.text)
        if not alerts(reading):
            return judge(reading)
        contact = any(one.category == CONTACT for one in reading.findings)
        try:
            policy = in_force(draft.programme_id, draft.room_kind)
            own = own_numbers(draft.programme_id) if contact else frozenset[str]()
        except SynchronousOnlyOperation:
            raise
        except Exception as error:  # whatever the database may raise: what was found is known, and it is held for it
            log.error("a screening policy cannot be read: %s", type(error).__name__)
            return judge(reading, UNKNOWN, staff=draft.author_is_staff)
        if own:
            return screen(draft.text, Context(policy=policy, staff=draft.author_is_staff, own_numbers=own))
        return judge(reading, policy, staff=draft.author_is_staff)

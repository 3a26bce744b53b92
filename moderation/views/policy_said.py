"""What the policy's page says of a preview and of the history, in words and numbers."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator

from groups.models import Programme
from moderation.access import cases_of
from moderation.models import ScreenPolicy
from moderation.services import screen_policies
from moderation.services.policy_preview import Fell, Preview, Tally
from moderation.services.screen_policies import Change
from moderation.views.policy_words import ACTIONS, KINDS, LINES
from peers.models import User

PAGE = 10
LINKED = 12
"""Cases of one change that are linked by number, for somebody who may read them."""


def preview_said(found: Sequence[Preview], reader: User) -> list[dict[str, Any]]:
    """A preview for the template. It links only cases this very reader may open."""
    cases = {case.pk for one in found for move in one.moves for case in move.cases[:LINKED]}
    open_to = set(cases_of(reader).filter(pk__in=cases).values_list("pk", flat=True)) if cases else set()
    return [
        {
            "title": KINDS[one.kind],
            "looked_at": one.looked_at,
            "unreadable": one.unreadable,
            "rows": [
                (ACTIONS[action], (holds.count, fell_said(holds)), (tried.count, fell_said(tried)))
                for action, holds, tried in one.rows
            ],
            "moves": [
                {
                    "count": move.tally.count,
                    "before": ACTIONS[move.before].lower(),
                    "after": ACTIONS[move.after].lower(),
                    "fell": fell_said(move.tally),
                    "cases": [case for case in move.cases[:LINKED] if case.pk in open_to],
                }
                for move in one.moves
            ],
        }
        for one in found
    ]


def fell_said(tally: Tally) -> str:
    """`4 dismissed, 2 acted on`."""
    return ", ".join(f"{tally.fell[fell]} {fell}" for fell in Fell if tally.fell[fell])


def history_said(programme: Programme, number: str | None) -> dict[str, Any]:
    """One page of the history for the template."""
    page = Paginator(screen_policies.history(programme), PAGE).get_page(number)
    return {"page": page, "changes": [_said(one) for one in screen_policies.as_changes(programme, list(page))]}


def _said(change: Change) -> dict[str, Any]:
    return {
        "row": change.row,
        "reason": change.reason,
        "counts": change.counts,
        "rooms": KINDS[ScreenPolicy.RoomKind(change.row.room_kind)],
        "lines": [
            (LINES[line].short, ACTIONS[change.before.action(line)].lower(), ACTIONS[change.after.action(line)].lower())
            for line in change.after.differs(change.before)
        ],
    }

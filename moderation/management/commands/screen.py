"""Try the screen from a shell."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from groups.veil import veil
from moderation.screening import warm
from moderation.screening.verdict import ANYWHERE, Context, screen


class Command(BaseCommand):
    """JSON lines `{"id","text","context"?}` in, one line out for each in the same order; or `--text "…"` for one."""

    help = (
        'What the screen makes of texts: JSON lines {"id", "text", "context"} in, one JSON line out for each. '
        '"context" may be left out, or say {"staff": true, "own_numbers": ["555 0100"]}: staff wrote it, '
        "and the clinic's telephone numbers, which are no contact exchange. A first text takes a few seconds."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One text by hand."""
        parser.add_argument("--text", help="screen this one text, for people")

    def handle(self, *args: Any, text: str | None, **options: Any) -> None:
        """Screen."""
        if text is not None:
            self.stdout.write(json.dumps(answer(None, text), indent=2, ensure_ascii=False))
            return
        warm.now()  # many lines are coming, and none of them waits for its phrases
        for line in sys.stdin:
            if line.strip():
                self.stdout.write(json.dumps(screened(line)))


def screened(line: str) -> dict[str, Any]:
    """The answer to one line of input."""
    try:
        given = json.loads(line, parse_constant=_refused)
    except (ValueError, RecursionError):
        return {"id": None, "error": "This line is no JSON."}
    if not isinstance(given, dict):
        return {"id": None, "error": "This line is no JSON object."}
    text = given.get("text")
    if not isinstance(text, str):
        return {"id": None, "error": 'This line has no "text", or it is no string.'}
    return answer(given.get("id"), text, _context(given.get("context")))


def _refused(constant: str) -> None:
    """NaN and the like are read by Python and are no JSON: echoed, they would break whoever reads the answers."""
    raise ValueError(constant)


def _context(given: object) -> Context:
    """`{"staff": true, "own_numbers": ["…"]}`; what is not known is passed over."""
    if not isinstance(given, dict):
        return Context()
    numbers = given.get("own_numbers")
    own = [str(number) for number in numbers] if isinstance(numbers, list) else []
    return Context(
        staff=given.get("staff") is True,
        own_numbers=frozenset("".join(filter(str.isdigit, number)) for number in own),
    )


def answer(identifier: object, text: str, context: Context = ANYWHERE) -> dict[str, Any]:
    """The answer for one text, in the form of the interfaces."""
    verdict = screen(text, context)
    return {
        "id": identifier,
        "action": str(verdict.action),
        "severity": verdict.severity,
        "lane": verdict.lane,
        "veiled": veil(text, verdict.veils)[0],
        "veils": [list(span) for span in verdict.veils],
        "findings": [asdict(finding) for finding in verdict.findings],
    }

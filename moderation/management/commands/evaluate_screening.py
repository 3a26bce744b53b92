"""Measure the screen on labelled texts."""

import csv
import json
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from moderation.screening.evaluation import Case, Report, evaluate, interval, is_safe, share


class Command(BaseCommand):
    """A JSON-lines or CSV file in; a table for people and, last, one line of JSON out."""

    help = "Per label how many texts alert, how gravely and for what; recall, false alarms and the worst misses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file and its fields."""
        parser.add_argument("--data", required=True, type=Path, help="JSON lines, or CSV with a head line")
        parser.add_argument("--label-field", required=True)
        parser.add_argument("--text-field", default="text")
        parser.add_argument("--safe", nargs="+", default=[], metavar="LABEL", help="labels that should alarm nobody")
        parser.add_argument("--misses", type=int, default=10, help="how many of the worst misses are listed")
        parser.add_argument("--show", action="store_true", help="print the words of the misses, not only their lines")

    def handle(
        self,
        *args: Any,
        data: Path,
        label_field: str,
        text_field: str,
        misses: int,
        show: bool,
        safe: Sequence[str] = (),
        **options: Any,
    ) -> None:
        """Measure."""
        unread = list[str]()
        report = evaluate(cases(data, label_field, text_field, unread, safe))
        if not report.labels:
            raise CommandError(unread[0] if unread else f"{data} holds no texts.")
        for problem in unread[:misses]:
            self.stderr.write(f"left out: {problem}")
        worst = [
            {"line": case.line, "label": case.label, "found": why} | ({"text": case.text} if show else {})
            for case, why in report.misses[:misses]
        ]
        for label, tally in sorted(report.labels.items()):
            low, high = interval(tally.alerting, tally.n)
            of = f"alerting {share(tally.alerting, tally.n):.3f} ({low:.3f} to {high:.3f})"
            should = "should alarm nobody" if tally.safe else "should alert"
            self.stdout.write(f"{label or '(no label)':<16} {tally.n:>6}  {of}  {should}")
        for miss in worst:
            words = f": {miss['text']}" if show else ""
            self.stdout.write(f"missed: line {miss['line']}, {miss['label']}: {miss['found']}{words}")
        self.stdout.write(
            json.dumps(summary(report) | {"left_out": len(unread), "worst_misses": worst}, ensure_ascii=False)
        )


def summary(report: Report) -> dict[str, Any]:
    """What the last line says; null where the file has nothing to measure it on."""
    rates = {
        "recall": report.recall,
        "false_alarm_rate": report.false_alarms,
        "at_level": report.level,
        "spans_touched": report.touched,
    }
    return {
        "labels": {label: tally.as_json(label) for label, tally in sorted(report.labels.items())},
        **{name: share(part, whole) if whole else None for name, (part, whole) in rates.items()},
        "missed": len(report.misses),
    }


def cases(data: Path, label_field: str, text_field: str, unread: list[str], safe: Sequence[str] = ()) -> Iterator[Case]:
    """The file's texts; `safe` are labels that should alarm nobody, beside those that say so.

    What is wrong with a line that cannot be used is added to `unread`, in words. Raises `CommandError` for a file that
    cannot be read.
    """
    try:
        with data.open(encoding="utf-8", newline="") as lines:
            rows = _table(lines) if data.suffix == ".csv" else _json_lines(lines, unread)
            for number, row in rows:
                try:
                    text, label = row[text_field], row[label_field]
                except (KeyError, TypeError):
                    unread.append(_without(data, number, row, text_field, label_field))
                    continue
                if not isinstance(text, str):
                    unread.append(f"Line {number} of {data}: {text_field} is no text.")
                    continue
                label = "" if label is None else str(label)
                yield Case(number, text, label, label in safe or is_safe(label))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{data} cannot be read: {error}") from error


def _without(data: Path, number: int, row: Any, *wanted: str) -> str:
    """What a line lacks, and what it has instead."""
    if not isinstance(row, dict):
        return f"Line {number} of {data} has no fields."
    lacks = " and ".join(name for name in wanted if name not in row)
    return f"Line {number} of {data} has no field {lacks}; it has {', '.join(map(str, row))}."


def _table(lines: Iterable[str]) -> Iterator[tuple[int, Any]]:
    for number, row in enumerate(csv.DictReader(lines), 2):
        yield number, {name: value for name, value in row.items() if value is not None}


def _json_lines(lines: Any, unread: list[str]) -> Iterator[tuple[int, Any]]:
    # On the line feed only: texts hold U+2028 and the like.
    for number, line in enumerate(lines.read().split("\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                unread.append(f"Line {number} is no JSON.")

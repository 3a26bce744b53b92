"""Small parts of a page: an icon, a severity's mark, an avatar, a moment as the reader's clock shows it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from groups.words import clock

register = template.Library()
SHAPES = {
    "green": '<circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="1.75"/>',
    "amber": '<path d="M8 2.5 14 13.5H2Z" fill="none" stroke="currentColor" stroke-width="1.75"/>',
    "red": '<path d="M8 1 15 8 8 15 1 8Z" fill="currentColor"/>',
    "crisis": '<path d="M2 2h12v12H2Z" fill="currentColor"/>',
}
"""Severity is never colour alone: each has its own shape."""
SEVERITIES = ("green", "amber", "red", "crisis")


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    """An icon of the sprite; a word stands beside it, so it is hidden from screen readers."""
    return format_html(
        '<svg width="{0}" height="{0}" aria-hidden="true" focusable="false"><use href="{1}#{2}"></use></svg>',
        size,
        static("icons.svg"),
        name,
    )


@register.simple_tag
def shape(severity: str) -> SafeString:
    """A severity's shape alone; its word stands nearby."""
    drawing = mark_safe(SHAPES[severity])  # noqa: S308  (our own constants above)
    return format_html(
        '<span class="mark mark-{}"><svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">{}</svg></span>',
        severity,
        drawing,
    )


@register.simple_tag
def mark(severity: str | int) -> SafeString:
    """A severity: its shape and its word."""
    word = SEVERITIES[severity] if isinstance(severity, int) else severity
    return format_html('<span class="mark mark-{}">{}{}</span>', word, shape(word), word.capitalize())


@register.filter
def tint(person_id: object) -> int:
    """Which of four quiet tints stands behind a person's initial; the same everywhere, and no state."""
    return sum(str(person_id).encode()) % 4


@register.filter
def initial(name: str) -> str:
    """The first letter of a name; of a doctor's, the letter of the name itself."""
    words = [word for word in name.split() if not word.endswith(".")] or [name]
    return words[0][:1].upper()


@register.filter
def at(moment: datetime | None) -> str:
    """A moment as a clock time in the page's zone, with the day when it is not today."""
    return clock(moment, ZoneInfo(timezone.get_current_timezone_name())) if moment else ""


@register.filter
def iso(moment: datetime | None) -> str:
    """A moment for a machine."""
    return moment.isoformat() if moment else ""


@register.filter
def hours(minutes: int) -> str:
    """Minutes in words: `8 h 45 min`, `9 h`, `20 min`."""
    whole, rest = divmod(int(minutes), 60)
    parts = [f"{whole} h" if whole else "", f"{rest} min" if rest or not whole else ""]
    return " ".join(part for part in parts if part)


@register.filter
def mmss(seconds: int) -> str:
    """Seconds as a stopped clock: `0:42`."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"

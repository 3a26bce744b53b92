"""Small parts of a page: an icon, a severity's mark, an avatar, a moment as the reader's clock shows it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from groups.words import clock

register = template.Library()
SHAPES = {"green": "circle", "amber": "triangle", "red": "diamond", "crisis": "square"}
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
def mark(severity: str | int) -> SafeString:
    """A severity: its shape and its word, never colour alone."""
    word = SEVERITIES[severity] if isinstance(severity, int) else severity
    fill = "currentColor" if word in ("red", "crisis") else "none"
    return format_html(
        '<span class="mark mark-{0}"><svg aria-hidden="true" fill="{1}"><use href="{2}#{3}"></use></svg>{4}</span>',
        word,
        fill,
        static("icons.svg"),
        SHAPES[word],
        word.capitalize(),
    )


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

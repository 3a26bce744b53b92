"""Word to the author and to reporters, in human words, once. Who reported stands in none of it."""

from uuid import UUID

from groups.gate import CONTACT
from groups.models import Message
from live import log
from moderation.events import NoticeGiven
from moderation.models import Case, Decision, Flag, Notice
from peers.models import User
from records.clock import now

WORDS = {
    Notice.Kind.AUTHOR_HIDDEN: (
        "One of your messages in {place} is hidden from the group.",
        "Someone from the team looked at it and thought it better not shown. {why}You can still read it. "
        "If you want to talk about it, ask the person who leads your group.",
    ),
    Notice.Kind.AUTHOR_RESTORED: (
        "Your message in {place} is showing again.",
        "Someone from the team looked at it once more. Everyone in the room can read it.",
    ),
    Notice.Kind.AUTHOR_RELEASED: (
        "Your message in {place} is showing now.",
        "Thank you for waiting. You were not in trouble; someone read it first.",
    ),
    Notice.Kind.AUTHOR_KEPT_BACK: (
        "Your message in {place} stays between you and the team.",
        "Someone read it. The group has not seen it and will not. You are not in trouble. "
        "You can say it another way, or talk about it with the person who leads your group.",
    ),
    Notice.Kind.REPORTER_SEEN: (
        "Someone has looked at what you told us.",
        "They decided what to do about it. Nobody is told that it was you. Thank you for looking out.",
    ),
}

WHY = {
    CONTACT: "It may hold a way to reach each other outside the group, and those aren't shared here. ",
    "harassment": "It may hurt someone who reads it. ",
    "hate": "It may hurt someone who reads it. ",
    "sexual content": "It may be too intimate for this room. ",
    "naming a member outside": "It may tell something private about someone here. ",
    "selling and sourcing": "It may be about giving or getting drugs or medicine. ",
    "spam": "It may be an advertisement. ",
}
"""Why a message is better not shown, by what the screen found in it; what reporters said stays with staff."""


def tell_author(case: Case, decision: Decision, kind: str) -> None:
    """Tell the person whose message it is, once for this decision."""
    if case.person_id is not None and case.message_id is not None:
        _give(case.person_id, case, decision, kind)


def tell_reporters(case: Case, decision: Decision) -> None:
    """Tell each reporter once for the whole case that it was looked at; never what was decided about whom."""
    reporters = Flag.objects.filter(case=case, reporter__isnull=False, source=Flag.Source.MEMBER)
    for reporter in set(reporters.values_list("reporter", flat=True)):
        told = Notice.objects.filter(person=reporter, case=case, kind=Notice.Kind.REPORTER_SEEN)
        if reporter is not None and not told.exists():
            _give(reporter, case, decision, Notice.Kind.REPORTER_SEEN)


def unread(person: User) -> list[tuple[Notice, str, str]]:
    """The notices a person has not put away: each with its sentence and what it means."""
    found = Notice.objects.filter(person=person, read_at=None).select_related("case__room__cohort", "case__message")
    return [(notice, *words(notice)) for notice in found.order_by("-at")[:20]]


def words(notice: Notice) -> tuple[str, str]:
    """A notice's sentence, and what it means for the person."""
    place = "your room"
    if notice.case.message_id and (message := Message.objects.filter(pk=notice.case.message_id).first()):
        place = message.room.cohort.name if message.room.kind == "group" else "your conversation"
    first, second = WORDS[Notice.Kind(notice.kind)]
    return first.format(place=place), second.format(why=_why(notice.case))


def _why(case: Case) -> str:
    found = [one for flag in case.flags.filter(source=Flag.Source.SCREEN) for one in flag.findings if one["alerts"]]
    return next((WHY[one["category"]] for one in found if one["category"] in WHY), "")


def put_away(person: User, notice_id: UUID) -> None:
    """The person has read it."""
    Notice.objects.filter(pk=notice_id, person=person, read_at=None).update(read_at=now())


def _give(person_id: UUID, case: Case, decision: Decision, kind: str) -> None:
    notice, made = Notice.objects.get_or_create(
        person_id=person_id, decision=decision, kind=kind, defaults={"case": case, "at": now()}
    )
    if made:
        log.tell(f"person:{person_id}", NoticeGiven, {"notice": str(notice.pk)})

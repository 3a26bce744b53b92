"""Every hostile string by socket and by form: refused with its kind, or the same code points wherever it is read."""

from collections import Counter
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from groups.access import access_room
from groups.models import Message
from groups.reading_room import page
from groups.services import messages
from live import log
from live.threads import writes
from moderation.models import Evidence
from peers.permissions import Permission
from records import sealing
from tests.cast import Cast
from tests.groups.test_room_socket import connect, join, until  # noqa: F401
from tests.hostile import NAUGHTY, fate, kept
from tests.moderation.test_cases import report

pytestmark = pytest.mark.django_db(transaction=True)
FATES = [fate(index) for index in range(len(NAUGHTY))]


@pytest.fixture
def quiet(settings: Settings) -> None:
    """What is measured is the text: no rate limit, and a gate that opens to everything."""
    settings.POSTS_PER_MINUTE = 10_000
    settings.MESSAGE_GATE = "tests.groups.test_messages.Opens"


def test_the_rules_sort_the_list_as_its_notes_do() -> None:
    assert Counter(FATES) == {"kept": 576, "bad_text": 28, "empty": 13, "too_long": 2}


async def test_by_socket(quiet: None, live_cast: Cast, connect: Any) -> None:  # noqa: F811
    ana, ben = await connect(live_cast.ana), await connect(live_cast.ben)
    await join(ana, live_cast)
    await join(ben, live_cast)
    sent: dict[str, int] = {}
    for index, text in enumerate(NAUGHTY):
        answer, _ = await ana.ask(cmd="post", cid=f"n{index}", room=str(live_cast.harbor_room.pk), text=text)
        if FATES[index] != "kept":
            assert (answer["ok"], answer["code"], bool(answer["reason"])) == (False, FATES[index], True), index
            continue
        assert answer["ok"] is True, (index, answer)
        told = await until(ben, "message.posted")
        assert (told["data"]["id"], told["data"]["text"]) == (answer["id"], kept(text)), index
        sent[answer["id"]] = index
    ben_again = await connect(live_cast.ben)
    _, before = await join(ben_again, live_cast, after=len(sent) - 150)
    resumed = [frame["data"] for frame in before if frame.get("type") == "message.posted"]
    while len(resumed) < 150:
        resumed.append((await until(ben_again, "message.posted"))["data"])
    assert all(data["text"] == kept(NAUGHTY[sent[data["id"]]]) for data in resumed)
    await writes("everywhere", lambda: _everywhere(live_cast, sent))


def test_by_form(quiet: None, live_cast: Cast, client_for: Any) -> None:
    ana = client_for(live_cast.ana)
    url = reverse("groups:room_post", args=[live_cast.harbor_room.pk])
    sent: dict[str, int] = {}
    for index, text in enumerate(NAUGHTY):
        if any("\ud800" <= char <= "\udfff" for char in text):
            continue  # no form can carry one: UTF-8 has no bytes for it
        typed = kept(text).replace("\n", "\r\n")  # as every browser sends line ends
        answer = _by_form(ana, url, typed, f"f{index}")
        if FATES[index] == "kept":
            assert answer["ok"] is True, (index, answer)
            sent[answer["id"]] = index
        else:
            assert (answer["ok"], answer["code"]) == (False, FATES[index]), index
    _everywhere(live_cast, sent)


def test_a_refused_form_gives_the_draft_back_whole(quiet: None, live_cast: Cast, client_for: Any) -> None:
    url = reverse("groups:room_post", args=[live_cast.harbor_room.pk])
    draft = "<b>still</b> here\n" + "x" * 4000
    answer = client_for(live_cast.ana).post(url, {"text": draft, "cid": "long"})
    assert answer.status_code == 409
    assert "&lt;b&gt;still&lt;/b&gt; here\n" + "x" * 4000 in answer.content.decode()


def _by_form(client: Client, url: str, text: str, cid: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.post(url, {"text": text, "cid": cid}, headers={"accept": "application/json"}).json()
    return answer


def _everywhere(cast: Cast, sent: dict[str, int]) -> None:
    """The log, the history page's own reading, and the evidence of a case hold the same code points."""
    access = access_room(cast.ben, cast.harbor_room.pk, Permission.ROOM_READ)
    read: dict[str, str] = {}
    before = None
    while True:
        shown = page(access, cast.ben.pk, before=before)
        read |= {str(one.id): "".join(part.text for part in one.parts) for one in shown.messages}
        if (before := shown.older) is None:
            break
    entries = [entry["data"] for entry in log.page(cast.harbor_room.topic, 0, limit=10_000)]
    logged: dict[str, str] = {data["id"]: data["text"] for data in entries if "text" in data}
    for identifier, index in sent.items():
        expected = kept(NAUGHTY[index])
        assert read[identifier] == expected, index
        assert logged[identifier] == expected, index
    for message in Message.objects.filter(pk__in=list(sent)[::20]):
        case = report(cast, "ben", message).case
        evidence = Evidence.objects.get(case=case, message_id=message.pk)
        words = sealing.unseal(sealing.case(case.pk), f"evidence:{evidence.pk}", evidence.sealed)
        assert words == messages.text_of([message])[message.pk] == kept(NAUGHTY[sent[str(message.pk)]])

"""Hostile markup in a real browser is text: nothing runs, nothing is fetched, nothing else on the page moves."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request

from tests.hostile import FOLDER, NAUGHTY, fate, kept
from tests.journeys.people import Person, arrive, expect
from tests.journeys.site import Site, running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
WORDS = (
    """(ids) => ids.map((id) => document.querySelector(`[data-id="${id}"] [data-field=words]`)?.textContent ?? null)"""
)
BATCH = 100
"""Messages read back at a time; the log gives at least the 200 newest."""
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def open_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own where one person may write as fast as they can."""
    with running(tmp_path_factory.mktemp("markup"), HOLDFAST_POSTS_PER_MINUTE="1000000") as started:
        yield started


def payloads() -> list[str]:
    """What is tried: markup and the hostile strings. Another list, one a line: `TEST_MARKUP=FILE`."""
    own = Path(os.environ.get("TEST_MARKUP", FOLDER / "markup.txt"))
    lines = own.read_text(encoding="utf-8", errors="replace").split("\n")
    hostile = [text for index, text in enumerate(NAUGHTY) if fate(index) == "kept"]
    return [line for line in lines if line.strip() and len(line) <= 4000] + hostile


@contextmanager
def nothing_happens(person: Person) -> Iterator[None]:
    """No script runs, no dialog opens, no request leaves, and the page's policy has nothing to forbid."""
    page, seen = person.page, list[str]()

    def dialog(opened: Dialog) -> None:
        seen.append(f"dialog: {opened.message}")
        opened.dismiss()

    def request(made: Request) -> None:
        if not made.url.startswith((person.site.url, "data:", "blob:")):
            seen.append(f"request: {made.url[:80]}")

    def console(line: ConsoleMessage) -> None:
        if "Security Policy" in line.text or "Refused to" in line.text:
            seen.append(line.text)

    page.on("dialog", dialog)
    page.on("request", request)
    page.on("console", console)
    page.on("pageerror", lambda error: seen.append(f"error: {error}"))
    page.on("popup", lambda _: seen.append("popup"))
    yield
    page.wait_for_timeout(300)
    assert seen == []


def test_markup_is_text_as_it_arrives_and_when_the_page_is_opened_anew(open_site: Site, browser: Browser) -> None:
    site = open_site
    room = next(str(one["url"]) for one in site.cast()["rooms"] if (one["kind"], one["cohort"]) == ("group", "Harbor"))
    ana, ben = arrive(browser, site, "ana"), arrive(browser, site, "ben", viewport=PHONE)
    ben.go(room)
    ben.page.wait_for_function("document.querySelector('room-view')?.live?.open")
    given = payloads()
    shown: dict[str, str] = {}
    with nothing_happens(ben):
        ana.go(room)
        for start in range(0, len(given), BATCH):
            batch = _public(ben, room, [_post(ana, room, text) for text in given[start : start + BATCH]])
            ben.page.wait_for_selector(f'[data-id="{list(batch)[-1]}"]', timeout=60_000)
            _compare(ben.page, batch)
            _still_one_page(ben.page)
            shown |= batch
        assert len(shown) > len(given) * 0.9, "the gate kept too much back for this to show anything"
        assert ben.page.locator(".message").count() < 300, "the page keeps the newest, not everything"
    with nothing_happens(ben):
        ben.go(room)
        newest = dict(list(shown.items())[-40:])
        _compare(ben.page, newest)
        _still_one_page(ben.page)
        for _ in range(3):
            before = ben.page.locator(".message").count()
            ben.page.locator("[data-older]").click()
            expect(ben.page.locator(".message")).not_to_have_count(before)
        _compare(ben.page, dict(list(shown.items())[-180:]))
        _still_one_page(ben.page)
    ana.context.close()
    ben.context.close()


def _post(person: Person, room: str, text: str) -> tuple[str, str]:
    token = next(str(one["value"]) for one in person.context.cookies() if "csrf" in str(one.get("name")))
    answer = person.context.request.post(
        f"{person.site.url}{room}messages/",
        form={"text": text, "cid": str(uuid4())},
        headers={"Accept": "application/json", "X-CSRFToken": token, "Referer": person.site.url + room},
    ).json()
    assert answer["ok"], (text, answer)
    return str(answer["id"]), kept(text)


def _public(person: Person, room: str, sent: list[tuple[str, str]]) -> dict[str, str]:
    """What the members were told of it without a veil, in order: id and text, the same as was sent."""
    texts, found = dict(sent), dict[str, str]()
    log = person.context.request.get(f"{person.site.url}{room}log?after=0").json()
    for data in (event["data"] for event in log["events"] if event["type"] == "message.posted"):
        if data["id"] in texts and not data["veils"]:
            assert data["text"] == texts[data["id"]]
            found[data["id"]] = data["text"]
    return found


def _compare(page: Page, shown: dict[str, str]) -> None:
    drawn = page.evaluate(WORDS, list(shown))
    wrong = [(text, got) for (text, got) in zip(shown.values(), drawn, strict=True) if got != text]
    assert wrong == []


def _still_one_page(page: Page) -> None:
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.locator("[data-field=words] *:not(.veil, .veil *)").count() == 0

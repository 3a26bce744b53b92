"""Every link of every page, followed by everybody of the demo: it leads somewhere they may go, to a whole page."""

import re
from collections import Counter, deque
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import resolve
from pytest_django import Settings

from peers.models import User

pytestmark = pytest.mark.django_db
PARTICIPANTS = ("ana", "ben", "eve", "gus", "cal", "ivy", "dee")
STAFF = ("fay", "cory", "finn", "mo", "nia", "kim", "lee", "sol", "ada", "sam", "pat")
OF_A_KIND = 4
"""Pages of one address pattern looked at for each person."""
LINK = re.compile(r'\shref="([^"#][^"]*)"')
ID = re.compile(r'\sid="([^"]+)"')
TEMPLATE = re.compile(r"<template.*?</template>", re.DOTALL)


@pytest.fixture
def demo(db: None, settings: Settings) -> None:
    """The whole demo clinic, its week of talk included."""
    settings.DEMO = True
    call_command("load_demo", verbosity=0)


def wrong_with(page: str) -> list[str]:
    """What every page has and this one lacks."""
    missing = [words for words in ("Quick exit", 'href="tel:988"', '<html lang="en"', "</html>") if words not in page]
    if page.count("<h1") != 1:
        missing.append(f"{page.count('<h1')} h1")
    if not re.search(r"<title>\s*\S", page):
        missing.append("title")
    repeated = [name for name, count in Counter(ID.findall(page)).items() if count > 1]
    return missing + [f"id {name} twice" for name in repeated]


def walk(client: Client) -> tuple[int, list[str]]:
    """Follow links from home; how many pages were seen, and what was wrong with them."""
    seen: set[str] = set()
    kinds: Counter[str] = Counter()
    wrong: list[str] = []
    waiting = deque([("/home/", "sign-in")])
    while waiting:
        path, source = waiting.popleft()
        route = resolve(urlsplit(path).path).route
        if path in seen or kinds[route] >= OF_A_KIND or "logout" in path:
            continue
        seen.add(path)
        kinds[route] += 1
        answer = client.get(path, follow=True)
        if answer.status_code != 200:
            wrong.append(f"{route} from {source}: {answer.status_code}")
        if not answer["Content-Type"].startswith("text/html"):
            continue
        page = TEMPLATE.sub("", answer.content.decode())
        wrong += [f"{route}: {words}" for words in wrong_with(page)]
        for link in map(unescape, LINK.findall(page)):
            whole = urlsplit(path).path + link if link.startswith("?") else link
            if whole.startswith("/") and not whole.startswith(("//", "/static/")):
                waiting.append((whole.partition("#")[0], route))
    return len(seen), wrong


def test_every_link_leads_somewhere(demo: None, client_for: Callable[[User], Client]) -> None:
    for name in PARTICIPANTS + STAFF:
        count, wrong = walk(client_for(User.objects.get(email=f"{name}@demo.holdfast.test")))
        assert wrong == [], name
        assert count >= 5, name


def test_every_icon_that_is_named_is_drawn() -> None:
    root = Path(__file__).resolve().parents[1]
    drawn = set(re.findall(r'id="([a-z0-9-]+)"', (root / "static" / "icons.svg").read_text()))
    named = {
        name
        for page in (root / "templates").rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)"', page.read_text())
    }
    assert len(named) > 10
    assert named <= drawn

"""The server is restarted while somebody writes: the page moves over, and no word is lost."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from bench.client import Client
from bench.servers import Server
from bench.site import Site, migrated, web
from tests.test_production import run

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
def served() -> Iterator[tuple[Site, Server]]:
    """A site of its own, whose one web process can be stopped and started."""
    with migrated() as environ:
        server = web(environ)
        try:
            server.start()
            yield Site(server.port, environ), server
        finally:
            server.stop()


def test_a_restart_in_mid_sentence_loses_no_word(browser: Browser, served: tuple[Site, Server]) -> None:
    site, server = served
    place = site.script("bench.prepare", given=json.dumps([{"speakers": ["a", "b"]}]))["rooms"][0]
    name, _, value = place["cookies"][0].partition("=")
    address = f"http://127.0.0.1:{site.port}"
    context = browser.new_context()
    context.add_cookies([{"name": name, "value": value.partition(";")[0], "url": address}])
    page = context.new_page()
    page.goto(f"{address}/rooms/{place['room']}/")
    box = page.get_by_role("textbox", name="Message")
    box.fill("Said before")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Said before")).to_have_count(1)
    expect(box).to_have_value("")

    server.stop()  # SIGTERM: it says goodbye to its sockets and ends
    box.fill("Said meanwhile")
    page.get_by_role("button", name="Send").click()
    waiting = page.get_by_text("Waiting to send. Nobody has seen it.")  # the first too, where its answer was cut off
    expect(waiting.last).to_be_visible()
    box.fill("Still thinking about")
    server.start()
    expect(waiting).to_have_count(0, timeout=30_000)
    expect(page.get_by_text("Said before")).to_have_count(1)
    expect(box).to_have_value("Still thinking about")
    expect(page.get_by_text("Said meanwhile")).to_have_count(1)

    async def read() -> list[str]:
        reader = Client(site.port, place["cookies"][1], place["room"])
        assert (await reader.connect())["ok"]
        assert await reader.reach(2)
        await reader.close()
        return list(reader.told.texts.values())

    assert run(read()) == ["Said before", "Said meanwhile"]
    context.close()

"""Real browsers on a real site."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.journeys.people import Come, Person, arrive, comers
from tests.journeys.site import Site, running

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "No browser: install Chromium (apt install chromium), or run: .venv/bin/playwright install chromium"


def chromium() -> str | None:
    """A Chromium of this machine; as root one is installed by apt where there is none."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, capture_output=True)
        return shutil.which("chromium")
    return None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser; everybody gets a context of their own."""
    with sync_playwright() as playwright:
        started = _launch(playwright)
        yield started
        started.close()


def _launch(playwright: Playwright) -> Browser:
    own = chromium()
    try:
        return playwright.chromium.launch(executable_path=own, args=FLAGS)
    except Exception:
        pytest.fail(MISSING, pytrace=False)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo clinic on a port of its own; somebody who does not answer is passed over after three seconds."""
    folder: Path = tmp_path_factory.mktemp("site")
    with running(folder, HOLDFAST_ACK_SECONDS="crisis=3,red=120,amber=300") as started:
        yield started


@pytest.fixture(scope="session")
def led(browser: Browser, site: Site) -> Iterator[Person]:
    """Fay has Harbor's room open all the while: a room whose lead has gone is paused after 30 s, as it should be."""
    fay = arrive(browser, site, "fay")
    fay.go(
        next(str(room["url"]) for room in site.cast()["rooms"] if (room["kind"], room["cohort"]) == ("group", "Harbor"))
    )
    yield fay
    fay.context.close()


@pytest.fixture
def come(browser: Browser, site: Site, led: Person) -> Iterator[Come]:
    """`come("ana")`: Ana opens a browser and signs in at the demo clinic."""
    with comers(browser, site) as someone:
        yield someone

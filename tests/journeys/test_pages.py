"""Every page at phone and desktop width: axe finds nothing, nothing scrolls sideways, the ways to help are there."""

from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.journeys.people import Come
from tests.journeys.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
AXE = Axe()
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}


def hold_to_it(page: Page) -> list[str]:
    """What is wrong with a page, in lines."""
    found: dict[str, Any] = AXE.run(page)
    wrong = [f"{one['id']}: {node['html'][:140]}" for one in found["violations"] for node in one["nodes"]]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
        wrong.append("scrolls sideways")
    if page.locator("h1").count() != 1:
        wrong.append(f"{page.locator('h1').count()} h1")
    if not page.locator("html[lang]").count():
        wrong.append("no lang")
    if not page.locator("a[href^='tel:988']").count():
        wrong.append("no crisis line")
    if not page.locator("[data-quick-exit]").count():
        wrong.append("no quick exit")
    return [f"{page.url.split('/', 3)[-1]}: {line}" for line in wrong]


def addresses(site: Site, who: str) -> list[str]:
    """The pages of one of the cast."""
    cast = site.cast()
    harbor = next(one["url"] for one in cast["rooms"] if one["kind"] == "group" and one["cohort"] == "Harbor")
    peers = next(one["url"] for one in cast["rooms"] if one["kind"] == "peer" and one["cohort"] == "Harbor")
    session = next(one["url"] for one in cast["sessions"] if one["cohort"] == "Harbor")
    return {
        "ana": [
            "/home/",
            harbor,
            peers,
            session,
            "/people/",
            f"{peers}end/",
            "/help/",
            "/profile/",
            "/nowhere/",
            "/desk/",
        ],
        "fay": ["/home/", harbor, session, f"{session}attendance/", f"{session}end/", "/escalations/"],
        "mo": ["/home/", "/desk/", "/desk/?show=closed"],
        "kim": ["/home/", "/escalations/", "/desk/", "/on-call/"],
        "sol": ["/home/", "/on-call/", "/screening/", "/staff/places/"],
        "ada": ["/home/", "/staff/people/", "/staff/people/admit/", "/staff/invitations/"],
        "sam": [
            "/home/",
            "/staff/programs/",
            "/screening/",
            "/staff/invitations/",
            "/accounts/2fa/",
            "/accounts/password/change/",
        ],
    }[who]


@pytest.mark.parametrize("who", ["ana", "fay", "mo", "kim", "sol", "ada", "sam"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desktop"])
def test_the_pages_of_a_role(site: Site, come: Come, who: str, scheme: str, viewport: dict[str, int]) -> None:
    person = come(who, viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    wrong: list[str] = []
    for path in addresses(site, who):
        person.go(path)
        wrong += hold_to_it(person.page)
    assert wrong == []


@pytest.mark.parametrize("viewport", [{"width": 320, "height": 640}, DESK], ids=["narrow", "desktop"])
def test_the_public_pages(site: Site, browser: Browser, viewport: Any) -> None:
    page = browser.new_context(viewport=viewport).new_page()
    wrong: list[str] = []
    for path in ("/", "/accounts/login/", "/accounts/password/reset/", "/nowhere/"):
        page.goto(site.url + path)
        wrong += hold_to_it(page)
    page.context.close()
    assert wrong == []


def test_a_case_an_escalation_and_the_report_dialog(site: Site, come: Come) -> None:
    eve, ben = come("eve", viewport=PHONE), come("ben", viewport=PHONE)
    mo, kim, fay = come("mo", viewport=DESK), come("kim", viewport=DESK), come("fay", viewport=DESK)
    harbor = addresses(site, "ana")[1]
    for person in (eve, ben):
        person.go(harbor)
    eve.say("I want to die.")
    eve.sees("This isn't showing to the group yet.")
    ben.say("Good evening to you all")
    eve.page.locator(".message").filter(has_text="Good evening to you all").last.get_by_role(
        "link", name="Report"
    ).click()
    eve.page.get_by_role("dialog").get_by_role("button", name="Report").wait_for()
    wrong = [line for line in hold_to_it(eve.page) if "2 h1" not in line]
    mo.go("/desk/")
    mo.page.locator("[data-queue] a").first.click()
    mo.page.get_by_role("heading", name="So far").wait_for()
    wrong += hold_to_it(mo.page)
    mo.page.set_viewport_size({"width": 360, "height": 740})
    wrong += hold_to_it(mo.page)
    kim.go("/escalations/")
    kim.page.get_by_role("link").filter(has_text="Eve, Harbor").filter(has_text="nobody has answered").first.click()
    kim.page.get_by_role("button", name="Acknowledge").wait_for()
    wrong += hold_to_it(kim.page)
    kim.page.set_viewport_size({"width": 360, "height": 740})
    wrong += hold_to_it(kim.page)
    fay.press("Open the console")
    fay.sees("held for you")
    wrong += hold_to_it(fay.page)
    assert wrong == []

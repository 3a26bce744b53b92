"""What the screen found, as three people at once see it: a peer, the author, the staff."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator

from tests.journeys.gates import VEILED, switch
from tests.journeys.people import Come, Person, comers, expect
from tests.journeys.site import Site, running
from tests.journeys.test_pages import hold_to_it

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own whose screen says what these journeys need."""
    with running(tmp_path_factory.mktemp("found"), MESSAGE_GATE="tests.journeys.gates.Scripted") as started:
        yield started


@pytest.fixture(scope="module")
def harbor(clinic: Site) -> str:
    """The address of Harbor's room."""
    rooms = clinic.cast()["rooms"]
    return next(str(one["url"]) for one in rooms if (one["kind"], one["cohort"]) == ("group", "Harbor"))


@pytest.fixture
def meet(browser: Browser, clinic: Site) -> Iterator[Come]:
    """`meet("ana")`: Ana opens a browser and signs in at this clinic."""
    with comers(browser, clinic) as someone:
        yield someone


def connected(person: Person) -> None:
    """Wait until the room is live. Asked again and again from outside: the page's policy forbids what waits inside."""
    for _ in range(200):
        if person.page.evaluate("document.querySelector('room-view')?.live?.open === true"):
            return
        person.page.wait_for_timeout(50)
    raise AssertionError(f"{person.name}'s room did not get live")


def mark_of() -> str:
    """Something nobody else says."""
    return uuid4().hex[:8]


def message(person: Person, mark: str) -> Locator:
    """The one message with these words on somebody's screen."""
    return person.page.locator("article.message").filter(has_text=mark)


def test_a_veiled_detail_for_a_peer_its_author_and_staff(meet: Come, harbor: str) -> None:
    ana, ben = meet("ana", viewport=PHONE), meet("ben", viewport=PHONE)
    fay = meet("fay", viewport=DESK)
    for person in (ana, ben, fay):
        person.go(harbor)
        connected(person)
    mark = mark_of()
    ana.say(f"I took {VEILED} and there was no way out. {mark}")
    for _ in ("as it arrives", "after a reload"):
        expect(message(ben, mark).locator(".veil")).to_have_text("detail veiled")
        expect(message(ben, mark)).to_contain_text("there was no way out.")
        ben.never_sees(VEILED)
        ben.never_sees("possible")
        own = message(ana, mark)
        expect(own.locator("mark[data-veiled]")).to_have_text(VEILED)
        expect(own).to_contain_text("veiled for the group")
        expect(own).to_contain_text("The group reads this without the marked words.")
        expect(own).to_contain_text("how it felt, rather than how much, with what, or where")
        expect(own).to_contain_text("a detail is veiled for the group")
        ana.never_sees("hopelessness")
        theirs = message(fay, mark)
        expect(theirs.locator("mark[data-veiled]")).to_have_text(VEILED)
        expect(theirs).to_contain_text("veiled for the group")
        expect(theirs.locator("mark[data-severity=amber]")).to_have_text("no way out")
        expect(theirs).to_contain_text("possible hopelessness")
        for person in (ana, ben, fay):
            assert hold_to_it(person.page) == []
            person.page.reload()
            connected(person)
    ben.say(f"Thank you for telling us. {mark}")
    answer = message(ana, mark).filter(has_text="Thank you")
    expect(answer.locator("mark")).to_have_count(0)


def test_held_as_its_author_and_staff_see_it_and_its_release(meet: Come, harbor: str) -> None:
    eve, ben = meet("eve", viewport=PHONE), meet("ben", viewport=PHONE)
    fay, cory = meet("fay", viewport=DESK), meet("cory", viewport=DESK)
    fay.press("Open the console")
    for person in (eve, ben, cory):
        person.go(harbor)
        connected(person)
    mark = mark_of()
    eve.page.get_by_role("textbox", name="Message").fill(f"I am saying goodbye. {VEILED}. {mark}")
    eve.page.keyboard.press("Tab")
    eve.page.keyboard.press("Enter")
    expect(eve.page.get_by_role("textbox", name="Message")).to_be_focused()
    own = message(eve, mark)
    eve.page.get_by_role("textbox", name="Message").fill("what I write meanwhile")
    for _ in ("as it is held", "after a reload"):
        expect(own).to_contain_text("This isn't showing to the group yet.")
        expect(own).to_contain_text("Fay or someone else from the team reads it first. You're not in trouble.")
        expect(own).to_contain_text("If it is shown, it says when you wrote it.")
        expect(own.locator(".held-note")).to_have_count(1)
        assert hold_to_it(eve.page) == []
        eve.page.reload()
        expect(eve.page.get_by_role("textbox", name="Message")).to_have_value("what I write meanwhile")
    ben.never_sees(mark)
    card = fay.page.get_by_role("article", name="Held for you").filter(has_text=mark)
    expect(card.locator("mark[data-severity=red]")).to_have_text("saying goodbye")
    expect(card).to_contain_text("possible goodbye")
    assert hold_to_it(fay.page) == []
    own.locator(".held-note").get_by_role("link", name="I need help").focus()
    # Long enough for a page to say both times.
    eve.page.wait_for_timeout(5200)
    card.get_by_label("Why it may be shown").fill("We spoke. She wants the group to know.")
    card.get_by_role("button", name="Release", exact=True).press("Enter")
    expect(message(ben, mark).locator(".veil")).to_have_text("detail veiled")
    expect(message(ben, mark)).to_contain_text("shown")
    ben.never_sees(VEILED)
    expect(own).to_contain_text("Written")
    expect(own).to_contain_text("shown")
    expect(own.locator("mark[data-veiled]")).to_have_text(VEILED)
    expect(own).to_contain_text("The group reads this without the marked words.")
    expect(own.get_by_text("This isn't showing")).to_have_count(0)
    assert eve.page.evaluate("document.activeElement?.closest('.message') !== null"), "the focus fell off the page"
    expect(eve.page.get_by_role("textbox", name="Message")).to_have_value("what I write meanwhile")
    eve.page.get_by_role("textbox", name="Message").fill("")
    expect(message(cory, mark)).to_contain_text("possible goodbye")
    expect(message(cory, mark).locator("mark[data-veiled]")).to_have_text(VEILED)


def test_held_and_kept_back_is_said_to_its_author(meet: Come, harbor: str) -> None:
    gus, kim = meet("gus", viewport=PHONE), meet("kim", viewport=DESK)
    gus.go(harbor)
    mark = mark_of()
    gus.say(f"I keep saying goodbye. {mark}")
    own = message(gus, mark)
    expect(own).to_contain_text("This isn't showing to the group yet.")
    kim.go("/escalations/")
    kim.page.get_by_role("link").filter(has_text="Gus, Harbor").first.click()
    kim.page.get_by_role("link", name="case").first.click()
    kim.page.locator("summary").filter(has_text="Dismiss").click()
    kim.page.locator("#reason-dismiss").fill("We spoke on the phone.")
    kim.press("Dismiss")
    for _ in ("as it is decided", "after a reload"):
        expect(own).to_contain_text("This stays between you and the team.")
        expect(own).to_contain_text("You're not in trouble.")
        expect(own.get_by_text("reads it first. You")).to_have_count(0)
        gus.page.reload()
    gus.go("/home/")
    gus.sees("stays between you and the team.")


def test_a_case_lists_what_was_found_and_works_by_keyboard(meet: Come, harbor: str) -> None:
    ana, mo = meet("ana"), meet("mo", viewport=DESK)
    ana.go(harbor)
    mark = mark_of()
    ana.say(f"{VEILED}, and no way out. {mark}")
    expect(message(ana, mark)).to_contain_text("Sent")
    mo.go("/desk/")
    rows = mo.page.locator("[data-queue] a").filter(has_text="Amber").filter(has_text="the screen marked it")
    rows.last.focus()
    before = rows.count()
    ana.say(f"Still {VEILED}, and no way out. {mark_of()}")
    expect(rows).to_have_count(before + 1)
    kept = mo.page.evaluate("document.activeElement.matches('[data-queue] a')")
    assert kept, "a queue fetched anew took the focus away"
    mo.page.keyboard.press("Enter")
    mo.page.get_by_role("heading", name="What the screen saw").wait_for()
    for size in (DESK, PHONE):
        mo.page.set_viewport_size(size)  # type: ignore[arg-type]
        mo.sees("Possible hopelessness")
        mo.sees("About now.")
        mo.sees("rule version 1")
        assert hold_to_it(mo.page) == []


def test_the_screen_is_down_for_staff_and_for_an_author(meet: Come, clinic: Site, harbor: str) -> None:
    ana, ben = meet("ana", viewport=PHONE), meet("ben", viewport=PHONE)
    fay, mo = meet("fay", viewport=DESK), meet("mo", viewport=PHONE)
    fay.press("Open the console")
    for person in (ana, ben):
        person.go(harbor)
    mo.go("/desk/")
    mark, down = mark_of(), "Every message is held until a person has read it."
    mo.never_sees("The screen is down.")
    off = switch(Path(clinic.environ["HOLDFAST_VAR"]))
    off.touch()
    try:
        ana.say(f"Good evening. {mark}")
        own = message(ana, mark)
        fay.page.locator("[data-screen-down]").get_by_text(down).wait_for()
        mo.sees(down)
        for _ in ("as it is held", "after a reload"):
            expect(own).to_contain_text("We couldn't check messages just now, so a person reads this first.")
            expect(own).to_contain_text("You did nothing wrong.")
            ana.page.reload()
        for person in (ana, fay, mo):
            assert hold_to_it(person.page) == []
        ben.never_sees(mark)
        ben.never_sees("The screen is down")
        fay.page.reload()
        fay.page.locator("[data-screen-down]").get_by_text(down).wait_for()
        card = fay.page.get_by_role("article", name="Held for you").filter(has_text=mark)
        expect(card).to_contain_text("Nobody could check it: the screen was down.")
        with fay.page.expect_popup() as beside:
            card.get_by_role("link", name="Open the case").click()
        beside.value.get_by_text("The screen was down.").first.wait_for()
        beside.value.close()
    finally:
        off.unlink()
    # The worker reads again what waited; for its first text it loads the lexicon, which takes a busy machine seconds.
    expect(fay.page.locator("[data-screen-down]")).to_be_hidden(timeout=30_000)
    expect(own).to_contain_text("from the team reads it first")
    ben.never_sees(mark)
    mo.page.reload()
    mo.never_sees("The screen is down.")
    card.get_by_label("Why it may be shown").fill("A greeting.")
    card.get_by_role("button", name="Release", exact=True).click()
    expect(message(ben, mark)).to_be_visible()

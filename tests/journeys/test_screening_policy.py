"""Setting the screening policy with the keyboard alone, on a phone, and what it does to the next message."""

import pytest
from playwright.sync_api import Locator

from tests.journeys.people import Come, Person, expect
from tests.journeys.site import Site
from tests.journeys.test_journeys import harbor, words
from tests.journeys.test_pages import PHONE, hold_to_it

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def tab_to(person: Person, wanted: Locator) -> None:
    """Go there with the Tab key alone."""
    for _ in range(80):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        person.page.keyboard.press("Tab")
    raise AssertionError("the Tab key does not reach it")


def amber_in_groups(person: Person, choice: str) -> Locator:
    """One choice for amber in the care lane of group rooms."""
    line = person.page.get_by_role("group", name="Group rooms: Amber A passive wish")
    return line.get_by_role("radio", name=choice, exact=True)


def save(person: Person, why: str) -> None:
    """Write the reason and save, with the keyboard."""
    tab_to(person, person.page.get_by_label("Why you change it"))
    person.page.keyboard.type(why)
    tab_to(person, person.page.get_by_role("button", name="Save the policy"))
    person.page.keyboard.press("Enter")
    person.sees("Saved for group rooms.")


def test_the_policy_is_changed_by_keyboard_on_a_phone_and_the_next_message_is_held(site: Site, come: Come) -> None:
    sam, ana, ben = come("sam", viewport=PHONE), come("ana"), come("ben")
    for person in (ana, ben):
        person.go(harbor(site))
    shown = f"I can't go on. {words()}"
    ana.say(shown)
    ben.sees(shown)
    sam.go("/staff/programs/")
    sam.press("Screening policy")
    tab_to(sam, amber_in_groups(sam, "Shown and flagged"))
    sam.page.keyboard.press("ArrowDown")
    expect(amber_in_groups(sam, "Held and flagged")).to_be_checked()
    tab_to(sam, sam.page.get_by_role("button", name="Preview"))
    sam.page.keyboard.press("Enter")
    sam.sees("What this would have done")
    expect(amber_in_groups(sam, "Held and flagged")).to_be_checked()
    assert hold_to_it(sam.page) == []
    save(sam, "Ambers were read late this week.")
    try:
        held = f"I can't go on. {words()}"
        ana.say(held)
        ana.sees("This isn't showing to the group yet.")
        ben.never_sees(held)
        sam.sees("Ambers were read late this week.")
        assert hold_to_it(sam.page) == []
    finally:
        sam.press("Start from what the site came with")
        sam.sees("The choices below are the ones this site came with.")
        save(sam, "Back again.")
    again = f"I can't go on. {words()}"
    ana.say(again)
    ben.sees(again)

"""The second step when signing in, in a real browser: turned on, asked for, passed by either kind of code, off."""

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.people import Come, Person, arrive, expect
from tests.journeys.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PERIOD = 30


def code(secret: str, at: float) -> str:
    """The code an authenticator app shows (RFC 6238: SHA-1, 30 seconds, six digits)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, int(at // PERIOD).to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


@pytest.fixture
def nia(browser: Browser, site: Site) -> Iterator[Person]:
    """A moderator at a browser of her own."""
    someone = arrive(browser, site, "nia")
    yield someone
    someone.context.close()


def confirm(person: Person) -> None:
    """Give the password again where it is asked for."""
    if "reauthenticate" in person.page.url:
        person.page.locator("input[type=password]").fill(person.site.password)
        person.page.locator("main form button").first.click()


def again(person: Person) -> None:
    """Sign out, and in with the password: the second step is asked for."""
    person.page.goto("about:blank")  # what the last page still asks for would bring its cookies back
    person.context.clear_cookies()
    person.go("/accounts/login/")
    person.page.locator("input[name=login]").fill("nia@demo.holdfast.test")
    person.page.locator("input[name=password]").fill(person.site.password)
    person.press("Sign in")
    expect(person.page.get_by_role("heading", level=1)).to_have_text("One more step")


def give(person: Person, given: str) -> None:
    """Give a code."""
    person.page.locator("input[name=code]").fill(given)
    with person.page.expect_navigation():
        person.press("Sign in")


def test_the_second_step_from_on_to_off(nia: Person) -> None:
    nia.go("/accounts/2fa/")
    nia.press("Turn it on")
    confirm(nia)
    secret = nia.page.locator("#authenticator_secret").input_value()
    nia.page.locator("input[name=code]").fill("000000")
    nia.press("Turn it on")
    nia.sees("Incorrect code")
    nia.page.locator("input[name=code]").fill(code(secret, time.time()))
    nia.press("Turn it on")
    nia.go("/accounts/2fa/recovery-codes/")
    confirm(nia)
    recovery = nia.page.get_by_label("Unused codes").get_by_role("listitem").all_inner_texts()
    assert len(recovery) == 10

    again(nia)
    give(nia, "123456")
    nia.sees("Incorrect code")
    give(nia, recovery[0])
    nia.page.wait_for_url("**/home/")
    again(nia)
    give(nia, recovery[0])
    nia.sees("Incorrect code")
    give(nia, code(secret, time.time()))
    if "/authenticate/" in nia.page.url:  # the half minute was over between the reading and the sending
        give(nia, code(secret, time.time()))
    nia.page.wait_for_url("**/home/")

    nia.go("/accounts/2fa/")
    nia.press("Turn it off")
    confirm(nia)
    nia.press("Turn it off")
    expect(nia.page.get_by_text("It is off.")).to_be_visible()


def test_everybody_finds_it_in_their_profile(come: Come) -> None:
    ana = come("ana")
    ana.go("/profile/")
    ana.page.get_by_role("link", name=re.compile("second step", re.IGNORECASE)).first.click()
    ana.sees("It is off.")

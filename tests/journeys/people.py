"""A person at a screen: a browser of their own, signed in, who sees and presses what a person can."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.journeys.site import Site

__all__ = ["Come", "Person", "arrive", "comers", "expect"]


@dataclass
class Person:
    """One signed-in person with one tab."""

    name: str
    page: Page
    context: BrowserContext
    site: Site

    def go(self, path: str) -> None:
        """Open an address of the site."""
        self.page.goto(self.site.url + path)

    def press(self, name: str, *, within: Locator | None = None) -> None:
        """Press the one button or link of this accessible name."""
        where = within or self.page
        button = where.get_by_role("button", name=name, exact=True).or_(
            where.get_by_role("link", name=name, exact=True)
        )
        button.first.click()

    def say(self, text: str) -> None:
        """Write into the composer and send."""
        self.page.get_by_role("textbox", name="Message").fill(text)
        self.page.get_by_role("button", name="Send", exact=True).click()

    def sees(self, text: str) -> None:
        """Wait until the text is on the page."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def never_sees(self, text: str) -> None:
        """The text is nowhere in the page, hidden or not."""
        assert text not in self.page.content()


def arrive(browser: Browser, site: Site, name: str, **options: object) -> Person:
    """A person opens a browser and signs in with e-mail and password."""
    context = browser.new_context(locale="en-US", timezone_id="America/New_York", **options)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(f"{site.url}/accounts/login/")
    page.locator("input[name=login]").fill(f"{name}@demo.holdfast.test")
    page.locator("input[name=password]").fill(site.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{site.url}/**")
    assert "/accounts/login" not in page.url, f"{name} could not sign in"
    return Person(name, page, context, site)


Come = Callable[..., Person]


@contextmanager
def comers(browser: Browser, site: Site) -> Iterator[Come]:
    """What lets people come to a site, each with a browser of their own. Whatever their pages log as an error fails."""
    people: list[Person] = []
    errors: list[str] = []

    def someone(name: str, **options: object) -> Person:
        person = arrive(browser, site, name, **options)
        person.page.on("pageerror", lambda error: errors.append(f"{name}: {error}"))
        people.append(person)
        return person

    yield someone
    for person in people:
        person.context.close()
    assert errors == []

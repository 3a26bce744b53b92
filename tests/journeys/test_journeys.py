"""What the place is for, walked by two or three people at once in real browsers."""

from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import WebSocketRoute

from tests.journeys.people import Come, expect
from tests.journeys.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def harbor(site: Site) -> str:
    """The address of Harbor's room."""
    return next(
        str(room["url"]) for room in site.cast()["rooms"] if room["kind"] == "group" and room["cohort"] == "Harbor"
    )


def peer_room(site: Site, cohort: str) -> str:
    """The address of a cohort's first peer room."""
    return next(
        str(room["url"]) for room in site.cast()["rooms"] if room["kind"] == "peer" and room["cohort"] == cohort
    )


def words() -> str:
    """Something nobody else says."""
    return f"still here {uuid4().hex[:8]}"


def test_two_people_talk_and_a_third_of_another_cohort_sees_nothing(site: Site, come: Come) -> None:
    ana, ben, cal = come("ana"), come("ben", viewport={"width": 360, "height": 740}), come("cal")
    for person in (ana, ben):
        person.go(harbor(site))
    said, answered = words(), words()
    ana.say(said)
    ben.sees(said)
    expect(ana.page.locator("[data-mine]").last).to_contain_text("Sent")
    ben.say(answered)
    ana.sees(answered)
    cal.go(harbor(site))
    expect(cal.page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    cal.never_sees(said)


def test_a_goodbye_is_held_the_lead_releases_it_and_its_author_is_told(site: Site, come: Come) -> None:
    eve, ben, fay = come("eve"), come("ben"), come("fay", viewport={"width": 1440, "height": 900})
    fay.press("Open the console")
    for person in (eve, ben):
        person.go(harbor(site))
    said = f"I've been saying goodbye to people in my head. {words()}"
    eve.say(said)
    eve.sees("This isn't showing to the group yet.")
    fay.sees("Eve, held for you")
    ben.never_sees(said)
    card = fay.page.get_by_role("article", name="Held for you").filter(has_text=said)
    card.get_by_label("Why it may be shown").fill("We spoke. She wants the group to know.")
    card.get_by_role("button", name="Release", exact=True).click()
    ben.sees(said)
    expect(eve.page.locator("[data-mine]").last).to_contain_text("Sent")
    eve.go("/home/")
    eve.sees("Your message in Harbor is showing now.")


def test_a_report_is_decided_and_the_author_is_told_without_learning_by_whom(site: Site, come: Come) -> None:
    gus, ana, mo = come("gus"), come("ana"), come("mo", viewport={"width": 1440, "height": 900})
    for person in (gus, ana):
        person.go(harbor(site))
    said = words()
    gus.say(said)
    ana.sees(said)
    ana.page.locator(".message").filter(has_text=said).get_by_role("link", name="Report", exact=True).click()
    dialog = ana.page.get_by_role("dialog")
    dialog.get_by_label("It puts someone down or scares them").check()
    dialog.get_by_role("button", name="Report", exact=True).click()
    expect(dialog).to_contain_text("Nobody is told it was you")
    mo.go("/desk/")
    mo.page.get_by_role("link").filter(has_text="it puts someone down").first.click()
    mo.press("Claim")
    mo.page.get_by_text("Hide", exact=False).first.click()
    mo.page.get_by_label("Reason").first.fill("It puts someone down.")
    mo.page.get_by_role("button", name="Hide", exact=True).click()
    mo.sees("Hidden. You can take it back.")
    expect(ana.page.get_by_text(said)).to_have_count(0)
    gus.go("/home/")
    gus.sees("One of your messages in Harbor is hidden from the group.")
    gus.never_sees("Ana reported")
    ana.go("/home/")
    ana.sees("Someone has looked at what you told us.")


def test_a_crisis_goes_to_the_clinician_then_the_next_until_one_acknowledges(site: Site, come: Come) -> None:
    cal, kim, lee = come("cal"), come("kim"), come("lee")
    kim.go("/escalations/")
    lee.go("/escalations/")
    room = peer_room(site, "Cedar")
    cal.go(room)
    cal.say(f"I'm going to kill myself tonight. {words()}")
    cal.sees("This isn't showing to the other person yet.")
    kim.sees("Cal, Cedar")
    expect(kim.page).to_have_title("(1) Escalations", timeout=5000)
    lee.page.get_by_role("link").filter(has_text="Cal, Cedar").first.click()
    for _ in range(20):
        if lee.page.get_by_text("Paged Dr. Lee.").count():
            break
        lee.page.wait_for_timeout(500)
        lee.page.reload()
    lee.sees("Paged Dr. Lee.")
    lee.press("Acknowledge")
    lee.sees("Acknowledged. Nobody else is paged.")
    lee.page.get_by_label("How it ended").select_option("spoke_safe")
    lee.page.get_by_label("What happened").fill("Spoke for twenty minutes. He is with his sister.")
    lee.press("Resolve")
    lee.sees("Resolved by Dr. Lee")
    expect(kim.page).to_have_title("Escalations", timeout=20000)


def test_by_consent_two_peers_write_and_one_blocks(site: Site, come: Come) -> None:
    site.manage("worker", "--once")
    ivy, cal = come("ivy"), come("cal")
    room = peer_room(site, "Cedar")
    ivy.go(room)
    cal.go(room)
    said = words()
    ivy.say(said)
    cal.sees(said)
    ivy.press("End or block")
    ivy.press("End it and block Cal")
    ivy.sees("Blocked. The conversation is over")
    cal.sees("This room is closed to you now.")
    cal.go("/people/")
    cal.press("Invite Ivy to write")
    cal.sees("Your invitation is on its way to Ivy")
    ivy.go("/people/")
    ivy.never_sees("Asks to write with you")
    expect(ivy.page.get_by_role("button", name="Lift the block on Cal")).to_be_visible()


def test_a_draft_survives_a_reload_and_unsent_words_go_once_when_the_network_is_back(site: Site, come: Come) -> None:
    ana, ben = come("ana"), come("ben")
    for person in (ana, ben):
        person.go(harbor(site))
    expect(ana.page.locator("room-view")).to_be_visible()
    draft, unsent = words(), words()
    ana.page.get_by_role("textbox", name="Message").fill(draft)
    ana.page.reload()
    expect(ana.page.get_by_role("textbox", name="Message")).to_have_value(draft)
    ana.page.get_by_role("textbox", name="Message").fill("")
    ana.page.wait_for_timeout(500)
    ana.context.set_offline(True)
    ana.page.evaluate("document.querySelector('room-view').live.socket?.close()")
    ana.sees("Offline.")
    ana.say(unsent)
    ana.sees("Waiting to send. Nobody has seen it.")
    ben.never_sees(unsent)
    ana.context.set_offline(False)
    ben.sees(unsent)
    expect(ben.page.get_by_text(unsent)).to_have_count(1)
    expect(ana.page.get_by_text(unsent)).to_have_count(1)


def test_a_page_from_before_an_update_says_so_and_keeps_what_was_written(site: Site, come: Come) -> None:
    ana, draft = come("ana"), words()

    def from_a_newer_site(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        server.on_message(lambda told: route.send(str(told).replace('{"v":1', '{"v":2', 1)))

    ana.page.route_web_socket("**/ws/", from_a_newer_site)
    ana.go(harbor(site))
    ana.sees("This page was updated.")
    ana.page.get_by_role("textbox", name="Message").fill(draft)
    ana.press("Reload")
    ana.sees("This page was updated.")
    expect(ana.page.get_by_role("textbox", name="Message")).to_have_value(draft)
    ana.page.get_by_role("textbox", name="Message").fill("")


def test_everything_needed_works_without_a_script(site: Site, come: Come) -> None:
    ana, fay = come("ana", java_script_enabled=False), come("fay")
    fay.go(harbor(site))
    ana.go(harbor(site))
    said = words()
    ana.say(said)
    ana.sees(said)
    fay.sees(said)
    ana.press("I need help")
    ana.page.get_by_role("button", name="Send for help").click()
    expect(ana.page.get_by_role("heading", level=1)).to_contain_text("knows")
    assert ana.page.get_by_role("link", name="988").count() > 0
    expect(ana.page.get_by_role("link", name="Quick exit")).to_be_visible()


HOSTILE = [
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "{{ 7*7 }}{% debug %}",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "<a href='https://example.test/'>click</a>",
]


def test_hostile_markup_is_text_and_asks_nobody_for_anything(site: Site, come: Come) -> None:
    ana, ben = come("ana"), come("ben")
    asked: list[str] = []
    for person in (ana, ben):
        person.page.on("request", lambda request: asked.append(request.url))
        person.page.on("dialog", lambda dialog: asked.append("a dialog"))
        person.go(harbor(site))
    for text in HOSTILE:
        ana.say(text)
        expect(ben.page.locator("[data-field=words]").filter(has_text=text).last).to_be_visible()
    ben.page.reload()
    for text in HOSTILE:
        expect(ben.page.locator("[data-field=words]").filter(has_text=text).last).to_be_visible()
    assert ben.page.title() == "Harbor"
    assert [url for url in asked if not url.startswith((site.url, site.url.replace("http", "ws")))] == []


def test_a_session_is_led_from_its_lobby_to_its_attendance(site: Site, come: Come, tmp_path: Path) -> None:
    finn, ivy = come("finn", viewport={"width": 1440, "height": 900}), come("ivy")
    session = next(one for one in site.cast()["sessions"] if one["cohort"] == "Cedar")
    room = next(one["url"] for one in site.cast()["rooms"] if one["kind"] == "group" and one["cohort"] == "Cedar")
    side = finn.page.locator("#session-side")
    finn.go(session["url"])
    finn.press("Start session")
    expect(side).to_contain_text("Lobby")
    ivy.go(room)
    ivy.sees("You are in the lobby.")
    finn.press("Next phase")
    expect(side).to_contain_text("Opening")
    ivy.sees("Those who lead speak first")
    finn.press("Next phase")
    expect(side).to_contain_text("Check-in round")
    ivy.sees("your turn")
    said = words()
    ivy.say(said)
    finn.sees(said)
    ivy.press("Pass")
    ivy.sees("Passed.")
    finn.press("Next phase")
    expect(side).to_contain_text("Work")
    ivy.sees("Work began")
    finn.press("Pause room")
    ivy.sees("Writing opens again when it goes on.")
    finn.press("Resume")
    expect(ivy.page.get_by_role("textbox", name="Message")).to_be_visible()
    finn.press("Next phase")
    expect(side).to_contain_text("Closing round")
    ivy.sees("The closing round began")
    finn.press("End session")
    for group in finn.page.get_by_role("radio", name="Closed").all():
        group.check()
    for select in finn.page.locator("select").all():
        select.select_option("closed")
    finn.press("End session")
    ivy.sees("ended")
    finn.go(f"{session['url']}attendance/")
    expect(finn.page.get_by_role("row").filter(has_text="Ivy")).to_be_visible()
    sheet = finn.context.request.get(f"{site.url}{session['url']}attendance.csv")
    assert sheet.text().splitlines()[0] == "person,joined_at,left_at,minutes,corrected"
    assert "Ivy" in sheet.text()

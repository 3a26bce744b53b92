"""The session graph: every state has a way out and somebody who owns it, and nothing illegal is ever accepted."""

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from groups.models import Session
from groups.services.phases import ENDS, GRAPH, PHASES, Mover, legal

State = Session.State
LIVE = [State(state) for state in Session.LIVE]
NEVER_PAUSED = sorted({*State} - {State.PAUSED})


def test_every_state_stands_in_the_graph_once() -> None:
    assert set(GRAPH) == set(State)
    assert {to for onward in GRAPH.values() for to in onward} <= set(State)


@pytest.mark.parametrize("state", sorted(set(State) - ENDS))
def test_no_state_is_without_an_exit_or_an_owner(state: State) -> None:
    assert GRAPH[state]
    assert all(movers for movers in GRAPH[state].values())


@pytest.mark.parametrize("state", sorted(ENDS))
def test_nothing_leaves_an_end(state: State) -> None:
    assert not GRAPH[state]


@pytest.mark.parametrize("state", LIVE)
def test_the_clock_can_end_every_live_session(state: State) -> None:
    paused_from = State.WORK if state == State.PAUSED else ""
    assert State.ENDED in legal(state, paused_from, Mover.CLOCK)


@pytest.mark.parametrize("state", PHASES)
def test_the_clock_can_pause_every_phase_somebody_has_to_lead(state: State) -> None:
    assert State.PAUSED in legal(state, mover=Mover.CLOCK)


@given(st.sampled_from([*PHASES, State.LOBBY]))
def test_a_pause_leads_back_to_where_it_was_or_to_the_end(paused_from: State) -> None:
    assert legal(State.PAUSED, paused_from) == {paused_from, State.ENDED}


@given(st.lists(st.sampled_from(list(State)), max_size=30))
def test_no_walk_leaves_the_graph(wishes: list[State]) -> None:
    """Whatever a lead wishes, only declared edges are walked, and every place reached still has a way to the end."""
    state, paused_from = State.SCHEDULED, ""
    for wish in wishes:
        if wish in legal(state, paused_from):
            assert wish in GRAPH[state]
            assert state != State.PAUSED or wish in (paused_from, State.ENDED)
            paused_from = state if wish == State.PAUSED else ""
            state = wish
        assert state in ENDS or reaches_an_end(state, paused_from)


def reaches_an_end(state: State, paused_from: str) -> bool:
    """Whether somebody can take the session on, step by step, until it is over."""
    seen, ahead = set(), [(state, paused_from)]
    while ahead:
        here = ahead.pop()
        if here[0] in ENDS:
            return True
        if here not in seen:
            seen.add(here)
            onward = {to for mover in Mover for to in legal(*here, mover)}
            ahead += [(to, here[0] if to == State.PAUSED else "") for to in onward]
    return False


@given(st.sampled_from(NEVER_PAUSED), st.sampled_from(list(Mover)))
def test_a_phase_is_never_left_out_by_the_lead_but_the_optional_round(state: State, mover: Mover) -> None:
    onward = legal(state, mover=mover)
    if state == State.OPENING:
        assert onward <= {State.CHECK_IN, State.WORK, State.PAUSED, State.ENDED}
    if state == State.CHECK_IN:
        assert State.CLOSING_ROUND not in onward
    if state == State.LOBBY:
        assert State.WORK not in onward


def test_the_page_about_sessions_shows_the_graph() -> None:
    page = (settings.BASE_DIR / "docs" / "sessions.md").read_text()
    rows = [
        f"| {state} | {to} | {', '.join(sorted(movers))} |"
        for state, onward in GRAPH.items()
        for to, movers in onward.items()
    ]
    table = page.partition("<!-- graph -->\n")[2].partition("\n<!-- /graph -->")[0]
    assert table.splitlines()[2:] == rows

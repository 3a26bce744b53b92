"""Counting minutes, purely: overlaps, the two-minute grace, clipping, clocks that change, a server that was killed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from groups.services.attendance import GRACE, Stretch, joined_up, minutes

BEGAN = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
ENDED = BEGAN + timedelta(minutes=90)
RAN = (BEGAN, ENDED)


def stretch(start: float, end: float) -> Stretch:
    """From one minute of the session to another."""
    return BEGAN + timedelta(minutes=start), BEGAN + timedelta(minutes=end)


def test_one_connection_counts_its_minutes() -> None:
    assert minutes([stretch(5, 65)], RAN) == 60


def test_two_screens_at_once_count_once() -> None:
    assert minutes([stretch(0, 40), stretch(10, 50), stretch(20, 30)], RAN) == 50


def test_a_gap_of_two_minutes_counts_as_present() -> None:
    assert minutes([stretch(0, 10), stretch(12, 30)], RAN) == 30


def test_a_longer_gap_does_not() -> None:
    assert minutes([stretch(0, 10), stretch(12.1, 30)], RAN) == 27


def test_only_the_time_the_session_ran_counts() -> None:
    assert minutes([stretch(-15, 100)], RAN) == 90
    assert minutes([stretch(-15, -5)], RAN) == 0
    assert minutes([stretch(95, 99)], RAN) == 0


def test_a_session_nobody_opened_counts_nothing() -> None:
    assert minutes([stretch(0, 90)], None) == 0


def test_part_minutes_are_rounded_down() -> None:
    assert minutes([stretch(0, 10.99)], RAN) == 10


def test_no_presence_is_no_minutes() -> None:
    assert minutes([], RAN) == 0


def test_the_night_the_clocks_change_counts_real_minutes() -> None:
    zone = ZoneInfo("America/New_York")
    began = datetime(2026, 3, 8, 1, 30, tzinfo=zone).astimezone(UTC)  # 2:00 becomes 3:00 that night
    ended = datetime(2026, 3, 8, 3, 30, tzinfo=zone).astimezone(UTC)
    assert minutes([(began, ended)], (began, ended)) == 60


@given(st.lists(st.tuples(st.integers(-30, 120), st.integers(0, 60)), max_size=12))
def test_any_spans_count_between_their_longest_and_the_whole_session(raw: list[tuple[int, int]]) -> None:
    spans = [stretch(start, start + length) for start, length in raw]
    counted = minutes(spans, RAN)
    alone = [minutes([span], RAN) for span in spans]
    assert max(alone, default=0) <= counted <= min(90, sum(alone) + 2 * len(spans))
    assert counted == minutes(list(reversed(spans)) + spans, RAN)


@given(st.lists(st.tuples(st.integers(-30, 120), st.integers(0, 60)), max_size=12))
def test_joined_stretches_stand_apart(raw: list[tuple[int, int]]) -> None:
    whole = joined_up([stretch(start, start + length) for start, length in raw])
    assert all(after[0] - before[1] > GRACE for before, after in pairwise(whole))

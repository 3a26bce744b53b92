"""The screening policy: its floors, the strictest answer over everything found, and what is kept of it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groups.gate import Action, Finding
from moderation.screening.engine import Reading, read
from moderation.screening.policy import (
    DEFAULT,
    LINES,
    MAY,
    MILDER,
    RANK,
    WHY_NOT,
    BadPolicy,
    Policy,
    action_for,
    entered,
    kept,
)
from moderation.screening.verdict import judge

PUBLISH, FLAG, HOLD, PAGE = Action
NUMBER = "Text me at lunch, my number is on the wall"
WISH = "I wish I was dead"


def found(
    severity: str, lane: str = "care", category: str = "some concept", *, rule: str = "", alerts: bool = True
) -> Finding:
    """A finding of the screen."""
    return Finding(
        rule=rule or category,
        version=1,
        category=category,
        lane=lane,
        severity=severity,
        alerts=alerts,
        scope="now" if alerts else "denied",
        start=0,
        end=1,
    )


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("action", list(Action))
def test_each_line_is_held_to_its_floor_with_words(line: str, action: Action) -> None:
    table = DEFAULT.table() | {line: action.value}
    if line == "care_amber" and action == PAGE:
        table["care_red"] = "page"
    if action in MAY[line]:
        assert entered(table).table()[line] == action
    else:
        with pytest.raises(BadPolicy) as bad:
            entered(table)
        assert bad.value.problems == {line: WHY_NOT[line]}


def test_a_crisis_always_pages_and_conduct_never_does() -> None:
    with pytest.raises(BadPolicy):
        Policy(care_crisis=HOLD)
    for line in LINES:
        assert (PAGE in MAY[line]) == line.startswith("care")
        assert (PUBLISH in MAY[line]) == (line == "conduct_amber")


def test_what_is_graver_is_never_treated_more_mildly() -> None:
    with pytest.raises(BadPolicy) as bad:
        Policy(care_amber=HOLD, care_red=FLAG)
    assert bad.value.problems == {"care_red": MILDER}
    with pytest.raises(BadPolicy):
        Policy(conduct_amber=HOLD, conduct_red=FLAG)


def test_what_nobody_knows_is_refused_and_what_is_not_said_is_as_by_default() -> None:
    assert entered({}) == DEFAULT
    for nonsense in ("", "delete", "HOLD"):
        with pytest.raises(BadPolicy):
            entered({"care_red": nonsense})


@pytest.mark.parametrize(
    ("findings", "action"),
    [
        ([], PUBLISH),
        ([found("green")], PUBLISH),
        ([found("amber")], FLAG),
        ([found("red")], HOLD),
        ([found("crisis")], PAGE),
        ([found("red", alerts=False)], PUBLISH),
        ([found("amber", "conduct")], FLAG),
        ([found("crisis", "conduct")], HOLD),
        ([found("amber", "conduct", "contact exchange")], HOLD),
        ([found("green", "conduct", "contact exchange")], HOLD),
        ([found("amber"), found("amber", "conduct", "contact exchange")], HOLD),
        ([found("crisis"), found("amber", "conduct", "contact exchange")], PAGE),
        ([found("amber"), found("red", "conduct")], HOLD),
    ],
)
def test_the_strictest_answer_over_everything_found(findings: list[Finding], action: Action) -> None:
    assert judge(Reading(tuple(findings), ())).action == action
    assert judge(Reading(tuple(reversed(findings)), ())).action == action
    assert judge(Reading(tuple(findings), ()), staff=True).action == min(action, FLAG, key=RANK.__getitem__)


def test_contact_exchange_is_known_by_its_category_not_by_the_rules_name() -> None:
    by_category = found("amber", "conduct", "contact exchange", rule="phone number")
    by_rule = found("amber", "conduct", "something else", rule="contact exchange")
    assert judge(Reading((by_category,), ())).action == HOLD
    assert judge(Reading((by_rule,), ())).action == FLAG
    milder = Policy(contact_exchange=FLAG)
    assert judge(Reading((by_category,), ()), milder).action == FLAG


def test_a_worry_and_a_number_in_one_message_are_held_for_the_number() -> None:
    both = read(f"{WISH}. {NUMBER}.")
    assert (both.severity, both.lane) == ("amber", "care")
    verdict = judge(both)
    assert (verdict.action, verdict.severity, verdict.lane) == (HOLD, "amber", "care")


def test_conduct_that_is_shown_brings_the_message_before_nobody_and_a_worry_beside_it_does() -> None:
    quiet = Policy(conduct_amber=PUBLISH)
    insult = found("amber", "conduct", "harassment")
    verdict = judge(Reading((insult,), ((0, 1),)), quiet)
    assert (verdict.action, verdict.severity, verdict.lane) == (PUBLISH, "green", None)
    assert [one.alerts for one in verdict.findings] == [False]
    assert verdict.veils == ((0, 1),)
    beside = judge(Reading((found("amber"), insult), ()), quiet)
    assert (beside.action, [one.alerts for one in beside.findings]) == (FLAG, [True, False])


def test_the_default_of_a_severity_and_a_lane() -> None:
    assert action_for("amber", "care") == FLAG
    assert action_for("amber", "conduct", {"contact exchange"}) == HOLD
    assert action_for("red", "care", policy=Policy(care_red=PAGE)) == PAGE
    assert action_for("crisis", "care", staff=True) == FLAG


@given(st.dictionaries(st.sampled_from([*LINES, "other"]), st.one_of(st.none(), st.integers(), st.text(max_size=5))))
def test_whatever_was_kept_is_read_back_as_a_policy_within_the_floors(table: dict[str, object]) -> None:
    policy = kept(table)
    for line in LINES:
        if line in table and table[line] not in MAY[line]:
            assert policy.table()[line] == MAY[line][-1]


def test_every_policy_there_can_be_is_kept_and_read_back() -> None:
    made = 0
    for choice in itertools.product(*MAY.values()):
        try:
            policy = Policy(**dict(zip(MAY, choice, strict=True)))
        except BadPolicy:
            continue
        made += 1
        assert kept(policy.table()) == policy == entered(policy.table())
        assert policy.care_crisis == PAGE
    assert made == 6 * 5 * 2

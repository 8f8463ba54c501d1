"""The pace of a watcher."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.serve.pace import CALLS_A_MONTH, Pace, calls_a_month, plan_warning, read_duration

STEPS = st.lists(st.sampled_from(["news", "quiet", "failure"]), max_size=40)


def paces(every: float, steps: list[str]) -> list[Pace]:
    found = [Pace.of(every)]
    for step in steps:
        found.append(getattr(found[-1], f"after_{step}")())
    return found


def test_space_that_changes_is_asked_more_often_and_a_quiet_one_less_and_less() -> None:
    steps = ["news", "news", "quiet", "quiet", "quiet", "quiet"]
    assert [pace.pause for pace in paces(240, steps)] == [240, 30, 30, 60, 120, 240, 240]


def test_failures_are_tried_again_after_pauses_that_double_up_to_a_quarter_of_an_hour() -> None:
    steps = ["failure"] * 6 + ["quiet"]
    assert [pace.pause for pace in paces(30, steps)] == [30, 60, 120, 240, 480, 900, 900, 30]
    assert [pace.pause for pace in paces(6 * 3600, ["failure"] * 9)][-1] == 6 * 3600
    assert paces(6 * 3600, ["failure"])[-1].pause == 120


@given(every=st.floats(1, 86_400), steps=STEPS)
def test_only_failures_make_a_pause_longer_than_every(every: float, steps: list[str]) -> None:
    found = paces(every, steps)
    for pace, step in zip(found[1:], steps, strict=True):
        assert 0 < pace.pause <= (max(every, 900) if step == "failure" else every)


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("15m", 900), ("6h", 21_600), ("1d", 86_400), ("90", 90)])
def test_durations_are_read(text: str, seconds: float) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "0s", "-5s", "0.5s", "5x", "m", "31d", "1e9s", "٣s"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a duration"):
        read_duration(text)


def test_pace_that_the_free_plan_does_not_allow_is_warned_of() -> None:
    assert calls_a_month(60, 3600) == 43_200 + 3 * 720
    assert plan_warning(60, 3600) == ""
    assert "131,760 requests" in plan_warning(20, 3600)
    slowest = next(every for every in range(1, 100) if not plan_warning(every, 3600))
    assert calls_a_month(slowest, 3600) <= CALLS_A_MONTH < calls_a_month(slowest - 1, 3600)

"""Requests wait for the page that they ask for, and for no other; nothing is current before it is planned."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from exporter.report.problems import problem
from exporter.serve.changes import ChangeLog
from exporter.serve.on_demand import OnDemand
from tests.serve.conftest import until

if TYPE_CHECKING:
    from pathlib import Path

A, B, OPEN = "a/index.html", "b/index.html", "open/index.html"
SOON = 0.05
"""Seconds within which something that waits would have gone on."""


@pytest.fixture
def log() -> ChangeLog:
    return ChangeLog(1)


@pytest.fixture
def demand(tmp_path: Path, log: ChangeLog) -> OnDemand:
    return OnDemand(tmp_path, log, lambda: [OPEN])


def test_page_that_is_asked_for_comes_before_the_open_ones_and_the_rest(demand: OnDemand) -> None:
    with demand.building():
        demand.planned({A: 1, B: 2, OPEN: 3})
        demand.copied({})
        assert demand.wanted() == [3]
        waiting = threading.Thread(target=demand.wait_for, args=({B},))
        waiting.start()
        until(lambda: list(demand.wanted()) == [2, 3], "the page that is asked for")
        demand.wrote(B, b"x", differs=True)
        waiting.join(10)
        assert not waiting.is_alive()
        assert demand.wanted() == [3]
        assert not demand.wait_for({A}, SOON)


def test_page_that_is_not_stale_waits_for_no_other(demand: OnDemand) -> None:
    with demand.building():
        demand.planned({A: 1})
        demand.copied({})
        assert demand.wait_for({B}, SOON)


def test_nothing_is_current_between_an_edit_and_the_next_plan(demand: OnDemand) -> None:
    assert demand.wait_for({A}, SOON)
    demand.see_edit()
    assert not demand.wait_for({A}, SOON)
    with demand.building():
        assert not demand.wait_for({A}, SOON)
        demand.planned({})
        assert not demand.wait_for({A}, SOON)
        demand.copied({})
        assert demand.wait_for({A}, SOON)
        assert not demand.is_over()
        demand.see_edit()
        assert demand.is_over()
        assert not demand.wait_for({A}, SOON)


def test_build_that_ends_without_a_plan_lets_everybody_go_on(demand: OnDemand) -> None:
    demand.see_edit()
    with demand.building():
        pass
    assert demand.wait_for({A}, SOON)


def test_first_failure_is_shown_at_once_and_goes_with_the_first_page_that_is_mended(
    demand: OnDemand, log: ChangeLog
) -> None:
    with demand.building():
        demand.planned({A: 1, B: 2})
        demand.copied({})
        demand.failed(A, [problem("page-failed", "first")])
        demand.failed(B, [problem("page-failed", "second")])
        assert [failure.message for failure in log.failures] == ["first"]
        assert demand.wait_for({A, B}, SOON)
    assert demand.has_failed(A)
    with demand.building():
        demand.planned({A: 1, B: 2})
        demand.copied({})
        demand.wrote(A, b"x", differs=False)
        assert not log.failures
        assert not demand.has_failed(A)
        demand.failed(B, [problem("page-failed", "second")])
        assert [failure.message for failure in log.failures] == ["second"]


def test_picture_that_is_not_made_yet_waits_for_the_end_of_the_build(demand: OnDemand) -> None:
    demand.wait_until_built()
    waiting = threading.Thread(target=demand.wait_until_built)
    with demand.building():
        demand.planned({A: 1})
        demand.copied({})
        waiting.start()
        demand.wrote(A, b"x", differs=True)
        waiting.join(SOON)
        assert waiting.is_alive()
    waiting.join(10)
    assert not waiting.is_alive()

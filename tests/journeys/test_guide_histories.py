"""Whatever happened before, a build makes the same guide as a build from scratch, and the next one does nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.forks import Forks
from tests.support.guide_histories import GuideHistories

if TYPE_CHECKING:
    from collections.abc import Iterator

STEPS = 15


@pytest.fixture
def forks() -> Iterator[Forks]:
    with Forks("tests.support.small_forks") as made:
        yield made


@pytest.mark.skipif(sys.platform == "win32", reason="Windows forks no processes")
@pytest.mark.parametrize("histories", [25, pytest.param(500, marks=pytest.mark.long)])
def test_guide_after_any_history_equals_one_built_from_scratch(
    forks: Forks, histories: int, histories_seed: int
) -> None:
    @seed(histories_seed)
    class RenderedHistories(GuideHistories):
        pass

    RenderedHistories.forks = forks
    run_state_machine_as_test(
        RenderedHistories,
        settings=settings(
            max_examples=histories,
            stateful_step_count=STEPS,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )

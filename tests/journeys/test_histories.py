"""Whatever happened before, a run that succeeds leaves the same mirror as a sync from scratch."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.forks import Forks
from tests.support.histories import Histories

if TYPE_CHECKING:
    from collections.abc import Iterator

STEPS = 15


@pytest.fixture
def forks() -> Iterator[Forks]:
    with Forks() as made:
        yield made


@pytest.mark.skipif(sys.platform == "win32", reason="Windows forks no processes")
@pytest.mark.parametrize("histories", [40, pytest.param(500, marks=pytest.mark.long)])
def test_mirror_after_any_history_equals_one_synced_from_scratch(
    forks: Forks, histories: int, histories_seed: int
) -> None:
    @seed(histories_seed)
    class MirrorHistories(Histories):
        pass

    MirrorHistories.forks = forks
    run_state_machine_as_test(
        MirrorHistories,
        settings=settings(
            max_examples=histories,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )

"""After any history of builds and updates a device has exactly the pages of the newest build."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reader.histories import play

if TYPE_CHECKING:
    from pathlib import Path


def test_devices_have_exactly_the_newest_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stories = [play(seed, tmp_path / str(seed), monkeypatch) for seed in range(40)]
    assert sum(story.steps for story in stories) > 3 * sum(story.reconciled + story.installed for story in stories)


@pytest.mark.long
@pytest.mark.parametrize("tens", range(50))
def test_devices_have_exactly_the_newest_pages_in_500_histories(
    tens: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stories = [play(1000 + 10 * tens + one, tmp_path / str(one), monkeypatch) for one in range(10)]
    assert any(story.steps for story in stories)

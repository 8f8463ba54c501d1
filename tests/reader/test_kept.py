"""Which tokens are kept: by content time, whatever the clock says, and however many builds come in a burst."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from exporter.reader.kept import HOUR, append_token, targets
from exporter.reader.model import Keeping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporter.reader.kept import Kept

DAY = 24 * HOUR


def kept_after(times: Iterable[int | None]) -> list[Kept]:
    kept: list[Kept] = []
    for number, time in enumerate(times):
        kept = append_token(kept, str(number), time, Keeping())
    return kept


def tokens(kept: Iterable[Kept]) -> list[int]:
    return [int(one.token) for one in kept]


def test_burst_keeps_the_last_thirty_and_the_first_of_its_hour() -> None:
    burst = [DAY + second for second in range(200)]
    assert tokens(kept_after([0, *burst])) == [0, 1, *range(170, 201)]


def test_first_of_each_hour_is_kept_for_two_days_and_of_each_day_for_180() -> None:
    times = [minute * 1200 for minute in range(300 * 72)]  # three builds an hour, for 300 days
    newest = times[-1]
    found = set(tokens(kept_after(times)))
    hourly = {number for number, time in enumerate(times) if time % HOUR == 0 and newest - time <= 2 * DAY}
    daily = {number for number, time in enumerate(times) if time % DAY == 0 and newest - time <= 180 * DAY}
    assert found == hourly | daily | set(range(len(times) - 31, len(times)))
    assert (len(hourly), len(daily)) == (48, 180)


def test_content_time_never_runs_backwards() -> None:
    kept = kept_after([5 * DAY, None, 2 * DAY, 5 * DAY + HOUR])
    assert [one.time for one in kept] == [5 * DAY, 5 * DAY, 5 * DAY, 5 * DAY + HOUR]
    assert [one.day for one in kept] == [0, None, None, None]


@given(st.lists(st.integers(0, 5 * DAY), min_size=1, max_size=120), st.integers(1, 30))
def test_every_token_that_is_kept_leads_to_the_newest_in_few_steps(waits: list[int], recent: int) -> None:
    keeping = Keeping(recent=recent)
    kept: list[Kept] = []
    leads: dict[str, str] = {}
    time, former = 0, ""
    for number, wait in enumerate(waits):
        time += wait
        kept = append_token(kept, str(number), time, keeping)
        leads = targets(kept, leads, former, keeping)
        former = kept[-1].token
    assert leads.keys() == {one.token for one in kept[:-1]}
    assert {leads[one.token] for one in kept[-1 - recent : -1]} <= {former}
    for token in leads:
        way = [token]
        while way[-1] != former:
            way.append(leads[way[-1]])
        assert len(way) <= 13

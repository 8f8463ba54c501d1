"""The program, run many times on guides of a dozen entries, with its thresholds lowered to match.

It does what it otherwise does only for a large guide: it cuts lists by letter, shares work among processes, and writes
rows and pages in several steps.
"""

from __future__ import annotations

from exporter.build import drift, plan, run, tasks, update, writing
from exporter.guide.library import items
from exporter.guide.pages import list_parts
from exporter.guide.pages import other_pages as list_pages
from exporter.guide.pages import planner as pages
from exporter.render.view import lists as list_views
from exporter.workers import pool, worker
from tests.support.forks import serve

LONG = 4
FEW = 3


def make_small() -> None:
    """Lower the thresholds in this process and in those forked from it."""
    list_parts.LONGEST_LIST = LONG
    pages._MOST_SINGLE_LOOKUPS = tasks.PAGES_A_QUERY = update.ITEMS_AN_INSERT = writing.PAGES_A_TRANSACTION = FEW
    worker.ITEMS_A_MESSAGE = vars(pool)["ITEMS_A_MESSAGE"] = FEW
    plan.WORTH_READERS = vars(run)["WORTH_READERS"] = run.WORTH_RENDERERS = FEW
    items._MOST_ITEMS = items._MOST_LINKED = run._WORTH_A_PROCESS = drift.INDEX_WORTH_A_PROCESS = FEW
    pool.OPEN_SHARE = 2
    list_pages.LARGEST_SITEMAP = list_views.FEED_ENTRIES = FEW


if __name__ == "__main__":
    make_small()
    serve()

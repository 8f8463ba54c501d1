"""The program to be run many times on guides of a dozen entries, with the sizes at which it goes another way as small.

What a large guide alone would reach is reached: lists that are cut by letter, work that is shared out among processes,
rows and pages that are written in several steps.
"""

from __future__ import annotations

from exporter.build import output, plan, update, writing
from exporter.build import run as build
from exporter.build import tasks as shares
from exporter.guide.library import items
from exporter.guide.pages import list_parts
from exporter.guide.pages import other_pages as list_pages
from exporter.guide.pages import planner as pages
from exporter.render.view import lists as list_views
from exporter.workers import pool as work
from tests.support.forks import serve

LONG = 4
FEW = 3


def make_small() -> None:
    """Make the sizes small, in this process and those that are forked from it."""
    list_parts.LONGEST_LIST = LONG
    pages._MOST_SINGLE_LOOKUPS = shares._AT_ONCE = update._AT_ONCE = work._AT_ONCE = writing.PAGES_A_TRANSACTION = FEW
    plan.WORTH_READERS = vars(build)["WORTH_READERS"] = build.WORTH_RENDERERS = FEW
    items._MOST_ITEMS = items._MOST_LINKED = build._WORTH_A_PROCESS = output._WORTH_A_PROCESS = FEW
    work._LAST = 2
    list_pages.LARGEST_SITEMAP = list_views.FEED_ENTRIES = FEW


if __name__ == "__main__":
    make_small()
    serve()

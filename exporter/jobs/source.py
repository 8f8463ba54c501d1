"""The guide's source, opened: a space far away, or a local one behind its own endpoint."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from exporter.source.address import Address
from exporter.source.ahead import asking, first_questions
from exporter.source.delivery import Delivery
from exporter.workers.background import has_background

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.config.settings import Project
    from exporter.jobs.options import SyncChoices
    from exporter.source.ahead import Ahead
    from exporter.space.edits import Edited


@contextmanager
def open_source(
    project: Project,
    deadline: float,
    *,
    keep: bool = True,
    edited: Edited | None = None,
    ahead: Ahead | None = None,
) -> Iterator[tuple[Delivery, dict[str, Any]]]:
    """Yield the client of the guide's source, and what `.syncstate` records of it.

    `deadline` is in seconds, for each request. A local space is served while the block runs, its change log kept, or
    only read where nothing may be written; only what was `edited` is looked at, None for all. Of a space far away,
    what was asked `ahead` is not asked again.
    """
    source, token = project.site.source, project.access_token()
    if source.local is None:
        address = _remote(project)
        yield Delivery(address, token, deadline, ahead), _identity(project, address, source.url)
        return

    from exporter.space.http.server import Listening, open_endpoint
    from exporter.space.places import open_folder

    folder = open_folder(source.local, project.root)
    listening = Listening(look="once", paths=edited.items if edited is not None else None, keep=keep)
    with open_endpoint(folder, project.cache / "space.db", listening) as endpoint:
        address = Address(endpoint.url, endpoint.space.id, endpoint.space.environment, local=True)
        yield Delivery(address, token, deadline), _identity(project, address, f"local:{source.local}")


@contextmanager
def asking_ahead(project: Project, choices: SyncChoices) -> Iterator[Ahead | None]:
    """Ask a space far away for a delta while the block runs, and so while the rest of the program is loaded."""
    token = _token_to_ask(project, choices) if project.site.source.local is None and has_background() else None
    if token is None:
        yield None
        return
    with asking(_remote(project), project.access_token(), choices.deadline, first_questions(token)) as ahead:
        yield ahead


def _token_to_ask(project: Project, choices: SyncChoices) -> str | None:
    """Return the sync token of a delta that is sure to be asked for; None where a sync may start another way.

    One that peeks asks for the delta alone, and mostly for nothing else.
    """
    from exporter.mirror.start import Situation, decide
    from exporter.mirror.state import read_state

    state, source = read_state(project.state_file), project.site.source
    identity = _identity(project, _remote(project), source.url)
    situation = Situation(state, identity, None, choices.full, source.search is not None, choices.newer_than)
    token = decide(situation).token
    if state is None or token is None or choices.peek or choices.newer_than is not None or source.search is not None:
        return None
    return token if _is_as_synced(project, state.mirror) else None


def _is_as_synced(project: Project, total: str) -> bool:
    """Whether content/ is as the last sync left it, by the index's own mark, and no sync was interrupted."""
    from exporter.core.containment import list_folder
    from exporter.mirror.index import MirrorIndex

    file = project.cache / "mirror.db"
    if not file.is_file() or list_folder(str(project.cache / "staging")).files:
        return False
    try:
        with closing(MirrorIndex(file)) as index:
            return index.meta("sum") == total and not index.lacks_files(project.content)
    except sqlite3.Error:  # a sync makes it anew
        return False


def _remote(project: Project) -> Address:
    source = project.site.source
    return Address(source.url, source.space or "", source.environment)


def _identity(project: Project, address: Address, url: str) -> dict[str, Any]:
    """Say what `.syncstate` says of a source; a local one is known by its name, never by a port."""
    return {"url": url, "space": address.space, "environment": address.environment, "filter": project.filter}

"""The guide's source, opened: a space far away, or a local one behind its own endpoint."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from exporter.source.address import Address
from exporter.source.delivery import Delivery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.config.settings import Project
    from exporter.space.edits import Edited


@contextmanager
def open_source(
    project: Project, deadline: float, *, keep: bool = True, edited: Edited | None = None
) -> Iterator[tuple[Delivery, dict[str, Any]]]:
    """Yield the client of the guide's source, and what `.syncstate` records of it.

    `deadline` is in seconds, for each request. A local space is served while the block runs, its change log kept, or
    only read where nothing may be written; only what was `edited` is looked at, None for all.
    """
    source, token = project.site.source, project.access_token()
    if source.local is None:
        address = Address(source.url, source.space or "", source.environment)
        yield Delivery(address, token, deadline), _identity(project, address, source.url)
        return

    from exporter.space.http.server import Listening, open_endpoint
    from exporter.space.places import open_folder

    folder = open_folder(source.local, project.root)
    listening = Listening(look="once", paths=edited.items if edited is not None else None, keep=keep)
    with open_endpoint(folder, project.cache / "space.db", listening) as endpoint:
        address = Address(endpoint.url, endpoint.space.id, endpoint.space.environment, local=True)
        yield Delivery(address, token, deadline), _identity(project, address, f"local:{source.local}")


def _identity(project: Project, address: Address, url: str) -> dict[str, Any]:
    """Say what `.syncstate` says of a source; a local one is known by its name, never by a port."""
    return {"url": url, "space": address.space, "environment": address.environment, "filter": project.filter}

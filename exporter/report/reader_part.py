"""What a build costs the reader's device."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReaderPart:
    """What a build costs the readers of a locale who have the guide on their device.

    `changed` and `removed` count pages, styles, scripts and other texts; pictures are fetched apart.

    `bytes` is the body of the update from the build before, `install` that of a first install, pictures and files
    apart.
    """

    token: str
    changed: int
    removed: int
    bytes: int
    install: int

"""The README of a new guide: what is in it, and what its hosts need to be told once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exporter.scaffold.answers import Answers

_FILES = Path(__file__).parent / "files"
_NO_ADDRESS = (
    "`requirements.txt` names no address, because exporter has no public address yet. Put that of your copy into it\n"
    "with `exporter init --update --from URL --yes`. Until then, use the exporter that you have installed:\n"
    "`exporter build` in place of these lines.\n\n"
)


def guide_readme(answers: Answers) -> str:
    """Return the text of the README."""
    source = "the space that comes with exporter"
    if answers.local is not None:
        source = f"the space in `{answers.local}`"
    elif answers.space is not None:
        source = f"the Contentful space `{answers.space}`"
    hosts = [(_FILES / "hosts" / f"{host}.md").read_text("utf-8") for host in answers.hosts]
    text = (_FILES / "README.md").read_text("utf-8").replace("@@HOSTS@@", "\n".join(hosts))
    text = text.replace("@@NAME@@", answers.name)
    title = " ".join(answers.title.split())
    note = "" if answers.origin is not None else _NO_ADDRESS
    return text.replace("@@TITLE@@", title).replace("@@SOURCE@@", source).replace("@@NO_ADDRESS@@", note)

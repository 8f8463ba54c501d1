"""Random histories of builds and readers: a guide and the publisher's folders change, and devices update."""

from __future__ import annotations

import copy
import random
import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from exporter.core import files
from exporter.reader.model import Keeping
from exporter.reader.records.records import parts_of
from exporter.reader.takeover.previous import take_previous
from tests.reader.device import Device
from tests.reader.guides import Guide, guide_pages, minified, page, words

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

Pages = dict[str, bytes]


class Killed(BaseException):
    """The publisher was killed."""


@dataclass
class Story:
    """The events of a history, for the message of a failing test."""

    lines: list[str] = field(default_factory=list)
    steps: int = 0
    reconciled: int = 0
    installed: int = 0


def edit(rnd: random.Random, pages: Pages) -> Pages:
    """Change the contents of a few pages."""
    new = dict(pages)
    texts = [path for path in pages if path.endswith(".html")]
    for path in rnd.sample(texts, min(len(texts), rnd.choice((1, 3, 10)))):
        data = new[path].decode("utf-8", "surrogateescape")
        at = data.find(" ", rnd.randrange(len(data) + 1))
        at = len(data) if at < 0 else at
        data = data[:at] + " wörd é " * rnd.choice((1, 1, 30)) + data[at + rnd.choice((0, 1, 40)) :]
        new[path] = data.encode("utf-8", "surrogateescape")
    return new


def change_shared(rnd: random.Random, pages: Pages) -> Pages:
    """Change, double or remove a part that pages share, in all pages, in most or in some."""
    texts = sorted(path for path in pages if path.endswith(".html"))
    data = pages[rnd.choice(texts)]
    how = "line" if data.count(b"\n") > 10 else "tag"
    parts = [part for part in parts_of(how, data) if len(part) > 8]
    part = rnd.choice(parts)
    new = rnd.choice(
        (
            b"",
            part + b"<p>new line %d</p>\n" % rnd.randrange(99),
            b"<i>%d</i>" % rnd.randrange(99) + part,
            part.replace(part[2:5], b"zz%d" % rnd.randrange(99)),
        )
    )
    share = rnd.choice((1.0, 1.0, 0.9, 0.5))
    return {
        path: one.replace(part, new) if path in texts and rnd.random() < share else one for path, one in pages.items()
    }


def change_all(rnd: random.Random, pages: Pages) -> Pages:
    """Change markup in the text of every page."""
    mark = b'<p class="c%d">' % rnd.randrange(9)
    return {
        path: one.replace(b"<p>", mark, rnd.choice((1, 99))) if path.endswith(".html") else one
        for path, one in pages.items()
    }


def add(rnd: random.Random, pages: Pages) -> Pages:
    """Add pages, pictures and texts that are not UTF-8."""
    new = dict(pages)
    for _ in range(rnd.choice((1, 2, 40))):
        number = rnd.randrange(10_000)
        new[f"place/n{number}/index.html"] = page(number, text=words(rnd, 5))
    if rnd.random() < 0.3:
        new[f"pictures/{rnd.randrange(20)}.webp"] = rnd.randbytes(50)
    if rnd.random() < 0.1:
        new["latin.html"] = b"caf\xe9 \xff" + rnd.randbytes(5)
    return new


def move(rnd: random.Random, pages: Pages) -> Pages:
    """Remove pages and move pages."""
    new = dict(pages)
    for path in rnd.sample(sorted(pages), min(len(pages) - 2, rnd.choice((1, 2, 20)))):
        data = new.pop(path)
        if rnd.random() < 0.5:
            new[f"moved/{rnd.randrange(999)}/{path}"] = data
    return new


KINDS = (edit, edit, edit, edit, change_shared, change_shared, change_shared, change_all, add, move)


def play(seed: int, root: Path, patch: pytest.MonkeyPatch) -> Story:
    """Play one history; assert that every device ends up with the pages of the newest build."""
    rnd = random.Random(seed)
    story = Story()
    keeping = Keeping(recent=rnd.choice((1, 2, 4, 30)), within_packs=rnd.random() < 0.3)
    guide = Guide(root, keeping)
    pages = guide_pages(rnd.choice((3, 40, 250)))
    if rnd.random() < 0.3:
        pages = {path: minified(data) for path, data in pages.items()}
    past = [pages]
    guide.publish(pages)
    devices = [_installed(guide)]
    for _ in range(rnd.choice((4, 8, 14))):
        kind = rnd.random()
        pages = dict(rnd.choice(past)) if kind < 0.12 else rnd.choice(KINDS)(rnd, pages)
        past.append(pages)
        _disturb(rnd, guide, devices, pages, patch, story)
        guide.publish(pages, timedelta(hours=rnd.choice((0, 1, 5, 24, 24 * 40))))
        if rnd.random() < 0.5:
            devices.append(_installed(guide))
        for device in devices:
            if rnd.random() < 0.4:
                _updated(device, guide, story, seed)
    for device in devices:
        _updated(device, guide, story, seed)
    return story


def take_over(guide: Guide, pages: Pages) -> None:
    """Lose the disk; the next build continues from the published guide."""
    published = guide.root / "published"
    shutil.rmtree(published, ignore_errors=True)
    shutil.copytree(guide.site, published)
    guide.lose("state")
    guide.lose("updates")
    guide.build(pages)
    assert take_previous(str(published), guide.publication(), guide.listing()) == ()


def _disturb(
    rnd: random.Random, guide: Guide, devices: list[Device], pages: Pages, patch: pytest.MonkeyPatch, story: Story
) -> None:
    """Sometimes lose a folder or be killed after some files."""
    chance = rnd.random()
    if chance < 0.06:
        guide.lose("state")
        story.lines.append("state lost")
    elif chance < 0.1:
        guide.lose("updates")
        story.lines.append("updates lost")
    elif chance < 0.16:
        take_over(guide, pages)
        story.lines.append("an empty disk, gone on from the published guide")
    elif chance < 0.35:
        left = rnd.randrange(12)
        story.lines.append(f"killed after {left} files")
        write = files.write_atomic

        def dying(path: Path, data: bytes, scratch: Path) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed
            write(path, data, scratch)

        between = edit(rnd, pages) if rnd.random() < 0.5 else pages
        with patch.context() as context:
            context.setattr("exporter.reader.folder.write_atomic", dying)
            try:
                guide.publish(between, timedelta())
            except Killed:
                for device in devices:
                    if rnd.random() < 0.3:
                        device.update()  # to what an interrupted build has written


def _installed(guide: Guide) -> Device:
    device = Device(guide.updates, guide.site)
    device.install()
    return device


def _updated(device: Device, guide: Guide, story: Story, seed: int) -> None:
    before = copy.copy(device.updates_taken)
    device.update()
    updates = device.updates_taken[len(before) :]
    story.steps += updates.count("step")
    story.reconciled += updates.count("reconcile")
    story.installed += updates.count("install")
    held = device.pages()
    assert held == {path: data for path, data in guide.pages.items() if path in held}, (seed, story.lines)
    assert {*held, *device.files} == set(guide.pages), (seed, story.lines)
    assert device.own_token() == device.token, (seed, story.lines)

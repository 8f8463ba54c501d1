"""Saved settings: those of an unchanged site.yaml are read back as they were, those of any other never."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from exporter.config import settings
from exporter.config.settings import Project, keep_settings, load_project
from exporter.config.site_schema import Part, read_site
from exporter.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Guide

LEAST = "title: Guide\nsource: {local: demo}\n"
WHOLE = """
title: "Lisbon — \\U0001F30D"
description: A guide.
base_url: https://guide.example.org/lisbon/
locales: [en-US, no, ar]
source: {space: abc, environment: next, url: "https://cdn.eu.contentful.com/", limit: 50, only: [place, walk]}
content: {formats: [json], assets: link}
pages: {place: {url: "/places/{slug}/", template: place.html}, walk: {}}
offline: false
theme: {accent: "#0b6e4f", logo: logo.svg}
"""
SEARCH = "title: a\nsource: {local: demo, search: {content_type: news, newer_than: 30d, max: 3, include: 0}}\n"
OPEN = "title: a\nsource: {space: '${SPACE}', environment: 'x-${SPACE}-${BRANCH}'}\n"


def write(root: Path, text: str) -> None:
    (root / "site.yaml").write_text(text, "utf-8")


def kept(root: Path) -> Path:
    return root / ".export/settings.json"


def keep(root: Path, text: str) -> Project:
    """Read a site.yaml and save its settings."""
    write(root, text)
    config = load_project(root)
    keep_settings(config)
    return config


def plain(value: Any) -> Any:
    """Return a value as plain data, with objects as dictionaries of their attributes."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    return plain(vars(value)) if hasattr(value, "__dict__") else value


@pytest.fixture
def no_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading by the schema fails from now on."""

    def refuse(text: str, _path: Path) -> None:
        raise ConfigError("read-anew", text)

    monkeypatch.setattr("exporter.config.site_schema.read_site", refuse)


@pytest.mark.parametrize("text", [LEAST, WHOLE, SEARCH], ids=["least", "whole", "search"])
def test_saved_settings_equal_those_read_by_the_schema(tmp_path: Path, text: str) -> None:
    first = keep(tmp_path, text)
    again = load_project(tmp_path)
    assert (first.text, again.text) == (text, None)
    assert plain(again.site) == plain(first.site) == plain(read_site(text, tmp_path / "site.yaml"))
    assert (again.root, again.filter, again.is_preview) == (first.root, first.filter, first.is_preview)
    assert again.address_fields("place", {}) == first.address_fields("place", {})
    with pytest.raises(AttributeError, match="cannot be changed"):
        again.site.title = "Another"


def test_schema_has_only_fields() -> None:
    """What is not a field would not be saved: it belongs in a function."""
    for part in Part.__subclasses__():
        own = {name for name in vars(part) if not name.startswith(("_", "model_"))}
        assert own <= set(part.model_fields), part


@pytest.mark.usefixtures("no_schema")
def test_schema_is_used_only_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("exporter.config.site_schema.read_site", read_site)
        keep(tmp_path, WHOLE)
    assert load_project(tmp_path).site.title.startswith("Lisbon — ")
    write(tmp_path, WHOLE + "\n")
    with pytest.raises(ConfigError) as caught:
        load_project(tmp_path)
    assert caught.value.code == "read-anew"


def test_changed_site_yaml_is_read_again(tmp_path: Path) -> None:
    keep(tmp_path, WHOLE)
    write(tmp_path, WHOLE.replace("limit: 50", "limit: 51"))
    assert load_project(tmp_path).site.source.limit == 51
    write(tmp_path, WHOLE.replace("limit: 50", "limit: many"))
    with pytest.raises(ConfigError, match="expected a whole number"):
        load_project(tmp_path)
    (tmp_path / "other.yaml").write_text(LEAST, "utf-8")
    assert load_project(tmp_path, tmp_path / "other.yaml").site.title == "Guide"


def test_another_version_of_the_program_reads_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path, LEAST)
    monkeypatch.setattr(settings, "__version__", "0.0.0")
    assert load_project(tmp_path).text == LEAST


def test_variable_is_read_from_the_environment_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE", "first")
    monkeypatch.setenv("BRANCH", "${SPACE}")
    source = keep(tmp_path, OPEN).site.source
    assert (source.space, source.environment) == ("first", "x-first-${SPACE}")
    assert "first" not in kept(tmp_path).read_text("utf-8")
    monkeypatch.setenv("SPACE", "second")
    again = load_project(tmp_path)
    assert (again.text, again.site.source.space, again.site.source.environment) == (None, "second", "x-second-${SPACE}")
    for missing in ("", None):
        monkeypatch.setenv("SPACE", missing) if missing is not None else monkeypatch.delenv("SPACE")
        with pytest.raises(ConfigError, match=r"site\.yaml:2: source.space: not set in the environment: SPACE"):
            load_project(tmp_path)


def test_address_with_a_variable_is_checked_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "cdn.contentful.com")
    keep(tmp_path, "title: a\nsource: {space: abc, url: 'https://${HOST}'}\n")
    assert not kept(tmp_path).exists()
    monkeypatch.setenv("HOST", "user@cdn.contentful.com")
    with pytest.raises(ConfigError, match=r"source\.url"):
        load_project(tmp_path)


def test_damaged_settings_are_read_again(tmp_path: Path) -> None:
    keep(tmp_path, WHOLE)
    data = kept(tmp_path).read_bytes()
    wanted = plain(read_site(WHOLE, tmp_path / "site.yaml"))
    damaged = [data[:end] for end in range(0, len(data), 50)] + [data + b"\n", b"\xff", b"null", b"\n\n", b"{}\n{}\n"]
    damaged += [data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] for at in range(0, len(data), 7)]
    for broken in damaged:
        kept(tmp_path).write_bytes(broken)
        config = load_project(tmp_path)
        assert (config.text, plain(config.site)) == (WHOLE, wanted), broken
    keep_settings(config)
    assert kept(tmp_path).read_bytes() == data


def test_settings_that_cannot_be_saved_do_not_stop_a_run(guide: Guide) -> None:
    kept(guide.root).mkdir(parents=True)
    guide.build()
    assert guide.build()["sync"]["upserted"] == 0


def test_commands_that_write_nothing_save_no_settings(guide: Guide) -> None:
    assert guide.run("status").code == 1
    assert guide.run("build", "--dry-run").code == 0
    assert not (guide.root / ".export").exists()


def test_saved_settings_are_not_written_again(guide: Guide) -> None:
    guide.build()
    before = kept(guide.root).stat().st_mtime_ns
    guide.build()
    assert guide.run("render").code == 0
    assert kept(guide.root).stat().st_mtime_ns == before
    assert json.loads(kept(guide.root).read_text("utf-8").split("\n")[1])


def test_all_names_that_the_space_lacks_are_told_at_once_each_with_its_line(guide: Guide) -> None:
    guide.build()
    site = guide.root / "site.yaml"
    more = ["locales: [en-US, de-D]", "pages:", "  plase: {url: '/p/{slug}/'}", "  place: {url: '/{slugg}/'}"]
    more += ["lists:", "  all: {type: catgory}"]
    first = len(site.read_text("utf-8").splitlines())
    site.write_text(site.read_text("utf-8") + "\n".join(more) + "\n", "utf-8")
    outcome = guide.run("render")
    assert outcome.code == 2
    said = [line.partition("site.yaml:")[2] for line in outcome.err.splitlines()]
    assert said == [
        f"{first + 1}: locales: the space has no de-D: did you mean de-DE?",
        f"{first + 3}: pages: the space has no content type plase: did you mean place?",
        f"{first + 4}: pages.place.url: place has no field slugg: did you mean slug?",
        f"{first + 6}: lists.all.type: the space has no content type catgory: did you mean category?",
    ]


def test_settings_behind_a_link_that_leads_nowhere_are_named_so(guide: Guide) -> None:
    (guide.root / "site.yaml").unlink()
    (guide.root / "site.yaml").symlink_to("nowhere.yaml")
    outcome = guide.run("render")
    assert (outcome.code, "site.yaml is a link that leads nowhere" in outcome.err) == (2, True)

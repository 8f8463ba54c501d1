"""Mistakes on the command line and in site.yaml: reported with what was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Guide


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bild"], "there is no command bild: did you mean build?"),
        (["Status"], "there is no command Status: did you mean status?"),
        (
            ["xyz"],
            "there is no command xyz: the commands are build, check, init, render, serve, space, status, sync, watch",
        ),
        (["space", "serv", "demo"], "there is no command serv: did you mean serve?"),
        (["build", "--ful"], "there is no option --ful: did you mean --full?"),
        (["build", "--wait_for", "x"], "there is no option --wait_for: did you mean --wait-for?"),
        (["--jsn", "build"], "there is no option --jsn: did you mean --json?"),
        (["render", "--jobs", "2"], "there is no option --jobs: did you mean -j?"),
        (["check", "--fix"], "there is no option --fix: exporter check --help lists those that there are"),
        (
            ["sync", "--clean"],
            "exporter sync has no option --clean, which build and render have: exporter sync --help lists its own",
        ),
        (["help"], "there is no command help: did you mean exporter --help?"),
        (["space", "help"], "there is no command help: the commands are serve"),
        (["build", "a", "b"], "exporter build takes no further argument, found a b: see exporter build --help"),
        (["render", "--zzz"], "there is no option --zzz: exporter render --help lists those that there are"),
    ],
)
def test_word_that_was_meant_is_named(call: Callable[..., Outcome], arguments: list[str], message: str) -> None:
    assert call(*arguments) == Outcome(2, "", f"error: {message}\n")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("locales:\n- en-US\n- de\n", 4, "locales: the space has no de: did you mean de-DE?"),
        ("locales: [fr]\n", 2, "locales: the space has no fr: it has ar, de-DE, en-US"),
        ("pages:\n  place: {}\n  plaec: {}\n", 4, "pages: the space has no content type plaec: did you mean place?"),
        (
            "pages:\n  place:\n    url: /{slg}/\n",
            4,
            "pages.place.url: place has no field slg: did you mean slug?",
        ),
        ("lists:\n  a:\n    type: plac\n", 4, "lists.a.type: the space has no content type plac: did you mean place?"),
        ("theme:\n  logo: no.svg\n", 3, "theme.logo: there is no "),
    ],
)
def test_setting_unknown_to_the_space_is_named_with_its_line(guide: Guide, text: str, line: int, message: str) -> None:
    guide.build()
    file = guide.root / "site.yaml"
    file.write_text(f"title: T\n{text}source: {{local: {guide.root.parent / 'space'}}}\n", "utf-8")
    for command in ("build", "render"):
        outcome = guide.run(command)
        assert (outcome.code, outcome.out) == (2, ""), outcome
        assert outcome.err.startswith(f"error: site.yaml:{line}: {message}"), outcome.err


def test_all_settings_unknown_to_the_space_are_named_at_once(guide: Guide) -> None:
    file = guide.root / "site.yaml"
    file.write_text(
        f"title: T\nsource: {{local: {guide.root.parent / 'space'}}}\nlocales:\n- xx\n- ar\n- yy\n", "utf-8"
    )
    lines = guide.run("build").err.splitlines()
    assert [row.partition("site.yaml:")[2].partition(": ")[0] for row in lines] == ["4", "6"]


def test_file_named_by_config_is_named_in_errors(guide: Guide) -> None:
    (guide.root / "site.yaml").rename(guide.root / "other.yaml")
    text = (guide.root / "other.yaml").read_text("utf-8")
    (guide.root / "other.yaml").write_text(text + "locales: [fr]\n", "utf-8")
    outcome = guide.run("build", "--config", "other.yaml")
    line = text.count("\n") + 1
    assert outcome.err.startswith(f"error: other.yaml:{line}: locales: ")

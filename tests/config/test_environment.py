"""The .env file: comments, quotes, and errors that name file and line but never show a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporter.config.environment import access_tokens
from exporter.config.settings import load_project
from exporter.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

REAL = "title: Guide\nsource:\n  space: abc\n"
NAME = "CONTENTFUL_ACCESS_TOKEN"


def write(root: Path, env: str, site: str = REAL) -> None:
    (root / "site.yaml").write_text(site, "utf-8")
    (root / ".env").write_text(env, "utf-8")


def mistake(root: Path, env: str) -> ConfigError:
    """Return the error message about a .env file."""
    write(root, env)
    with pytest.raises(ConfigError) as caught:
        load_project(root).access_token()
    assert "s3cret" not in caught.value.message
    assert caught.value.message.startswith(".env:")
    return caught.value


@pytest.mark.parametrize(
    "line",
    [
        f"{NAME}=s3cret # of the space Lisbon",
        f"{NAME}=s3cret\t#x",
        f'{NAME}="s3cret" # "quoted"',
        f"export  {NAME} = 's3cret'   # it's one",
        f"{NAME}=old\n{NAME}=s3cret",
        f"just some words\nOTHER tool's line\nX='a\nmulti line'\n{NAME}=s3cret",
    ],
)
def test_comment_after_a_value_is_not_part_of_it(tmp_path: Path, line: str) -> None:
    write(tmp_path, f"{line}\n")
    assert load_project(tmp_path).access_token() == "s3cret"


@pytest.mark.parametrize("value", ["s3#cret", '"s3 # cret"'])
def test_hash_inside_a_value_is_kept(tmp_path: Path, value: str) -> None:
    write(tmp_path, f"{NAME}={value}\n")
    assert access_tokens(tmp_path / ".env") == (value.strip('"'),)


@pytest.mark.parametrize(
    ("env", "line", "words"),
    [
        (f"A=1\n{NAME}: s3cret\n", 2, f"expected {NAME}=value"),
        (f"{NAME} s3cret\n", 1, f"expected {NAME}=value"),
        (f"\n\n{NAME}='s3cret\n", 3, "with the same ones on both sides"),
        (f"{NAME}=\"s3cret' # x\n", 1, "with the same ones on both sides"),
        (f"# mine\n{NAME}=\n", 2, f"{NAME} has no value"),
        (f"{NAME}= # s3cret\n", 1, f"{NAME} has no value"),
        ("CONTENTFUL_ACESS_TOKEN=s3cret\n", 1, f"did you mean {NAME}?"),
        ("A=1\ncontentful_access_token=s3cret\n", 2, f"did you mean {NAME}?"),
        (f"A=1\n{NAME}=s3cret and more\n", 2, "contains characters that no access token has"),
    ],
)
def test_mistake_names_the_line(tmp_path: Path, env: str, line: int, words: str) -> None:
    error = mistake(tmp_path, env)
    assert error.message.startswith(f".env:{line}: ")
    assert words in error.message
    assert error.exit_code == 2


def test_token_of_the_other_host_is_no_mistake(tmp_path: Path) -> None:
    write(tmp_path, "CONTENTFUL_PREVIEW_TOKEN=s3cret\n")
    with pytest.raises(ConfigError, match=f"the access token is missing: set {NAME}") as caught:
        load_project(tmp_path).access_token()
    assert caught.value.code == "token-missing"


def test_line_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(REAL, "utf-8")
    (tmp_path / ".env").write_bytes(b"A=1\nB=2\nC=\xff\n")
    with pytest.raises(ConfigError, match=r"\.env:3: expected NAME=value lines in UTF-8"):
        load_project(tmp_path).access_token()


@pytest.mark.parametrize("key", ["space", "environment"])
@pytest.mark.parametrize("place", ["environment", ".env"])
def test_token_in_place_of_an_id_is_refused_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, place: str
) -> None:
    token = "CFPAT-s3cret-s3cret-s3cret"
    source = {"space": "abc", "environment": "master", key: token if place == ".env" else f"${{{NAME}}}"}
    text = "title: a\nsource:\n" + "".join(f"  {name}: {value}\n" for name, value in source.items())
    write(tmp_path, f"{NAME}={token}\n" if place == ".env" else "", text)
    if place == "environment":
        monkeypatch.setenv(NAME, token)
    line = text.splitlines().index(next(row for row in text.splitlines() if row.startswith(f"  {key}:"))) + 1
    with pytest.raises(ConfigError) as caught:
        load_project(tmp_path)
    message = caught.value.message
    assert message.startswith(f"site.yaml:{line}: source.{key}: this is the access token: put the id of")
    assert "s3cret" not in message

"""The JSON Schema of site.yaml, with which editors complete and check it: it accepts what the program accepts."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from exporter.config.site_schema import SiteConfig, read_site, site_schema
from exporter.core.errors import ConfigError
from exporter.report.problems import CODES
from tests.config.test_config import EXAMPLE, LEAST
from tests.conftest import PROJECT

FILE = PROJECT / "exporter/site.schema.json"
SCHEMA: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
PAGE = (PROJECT / "exporter/docs/site-yaml.md").read_text("utf-8")
EXAMPLES = [text for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "title:" in text]
HOW_TO_GENERATE = (
    "Path('exporter/site.schema.json').write_text(exporter.config.site_schema.site_schema(), 'utf-8') generates it"
)


class Reader(yaml.SafeLoader):
    """A loader of YAML 1.2 as in editors: only true and false are not strings."""


Reader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in patterns if not tag.endswith((":bool", ":timestamp"))]
    for first, patterns in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Reader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))


def refused(text: str) -> list[str]:
    """Return the keys that an editor would mark as wrong."""
    found = Draft202012Validator(SCHEMA).iter_errors(yaml.load(text, Reader))
    return [".".join(map(str, problem.path)) for problem in found]


def test_schema_file_is_generated_from_the_models() -> None:
    assert json.loads(site_schema()) == SCHEMA, HOW_TO_GENERATE


def test_file_is_a_valid_schema_and_names_every_key() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"].keys() == SiteConfig.model_fields.keys()
    assert SCHEMA["properties"]["check"]["propertyNames"]["enum"] == list(CODES)


def test_projects_own_guide_refers_to_the_schema_file() -> None:
    first = (PROJECT / "site.yaml").read_text("utf-8").splitlines()[0]
    line = re.search(r"`(# yaml-language-server: \$schema=[^`]+)`", PAGE)
    assert line is not None
    assert (first, (PROJECT / first.partition("=")[2]).resolve()) == (line[1], FILE.resolve())


TAKEN = [
    *(LEAST, EXAMPLE, (PROJECT / "site.yaml").read_text("utf-8"), *EXAMPLES),
    "title: 2026\ndescription: 1.5\nlocales: [no, 12]\nsource: {local: 0x1, limit: 50}\n",
    "title: a\nsource: {space: 1234, only: [12, place]}\nbase_url: ~\n",
    "title: a\nsource: {space: '${SPACE}', url: 'https://${HOST}/', search: {max: 3}}\n",
    LEAST + "lists: {n: {type: p, sort: -date, where: {free: true, n: 12, tags: [a, 1]}}}\n",
    LEAST + "pages: {a: {url: /, template: b/c.html}, b: {url: '/{c.d}/x/'}}\ncheck: {link-dead: off}\n",
]


@pytest.mark.parametrize("text", TAKEN)
def test_editor_accepts_what_the_program_accepts(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONTENTFUL_SPACE_ID", "SPACE", "HOST"):
        monkeypatch.setenv(name, "x")
    assert read_site(text, FILE)
    assert refused(text) == []


REFUSED = [
    *(("titel: b", ""), ("theme: {akcent: x}", "theme"), ("theme: {accent: red}", "theme.accent")),
    *(("locales: en-US", "locales"), ("locales: []", "locales"), ("offline: maybe", "offline")),
    *(("content: {formats: [markdown]}", "content.formats"), ("content: {assets: keep}", "content.assets")),
    *(("pages: {a: {url: b}}", "pages.a.url"), ("pages: {a: {ulr: /b/}}", "pages.a"), ("pages: [a]", "pages")),
    *(("lists: {a: {}}", "lists.a"), ("lists: {'a b': {type: c}}", "lists"), ("check: {alt: off}", "check")),
    *(("lists: {a: {type: c, per_page: 0}}", "lists.a.per_page"), ("check: {link-dead: no}", "check.link-dead")),
    *(("base_url: example.org", "base_url"), ("lists: {a: {type: c, sort: []}}", "lists.a.sort")),
]


@pytest.mark.parametrize(("line", "place"), REFUSED)
def test_editor_marks_what_the_program_refuses(line: str, place: str) -> None:
    with pytest.raises(ConfigError):
        read_site(LEAST + line, FILE)
    assert refused(LEAST + line) == [place]


@pytest.mark.parametrize(
    "source", ["{}", "{local: a, space: b}", "{space: a, only: [b], search: {max: 1}}", "{url: c}"]
)
def test_source_is_one_of_the_two(source: str) -> None:
    with pytest.raises(ConfigError):
        read_site(f"title: a\nsource: {source}\n", FILE)
    assert refused(f"title: a\nsource: {source}\n") == ["source"]


def test_search_that_narrows_nothing_is_marked() -> None:
    assert refused("title: a\nsource: {space: a, search: {include: 2}}\n") == ["source.search"]

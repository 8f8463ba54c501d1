"""The JSON Schema of site.yaml, by which editors complete and check it: in step with what the program takes."""

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
README = (PROJECT / "README.md").read_text("utf-8")
EXAMPLES = [text for text in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) if "title:" in text]
TO_MAKE_IT = (
    "Path('exporter/site.schema.json').write_text(exporter.config.site_schema.site_schema(), 'utf-8') makes it anew"
)


class Reader(yaml.SafeLoader):
    """Reads YAML 1.2 as editors do: true and false alone are no texts."""


Reader.yaml_implicit_resolvers = {
    sign: [(tag, form) for tag, form in forms if not tag.endswith((":bool", ":timestamp"))]
    for sign, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Reader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))


def refused(text: str) -> list[str]:
    """Give where an editor would find fault with a file."""
    found = Draft202012Validator(SCHEMA).iter_errors(yaml.load(text, Reader))
    return [".".join(map(str, each.path)) for each in found]


def test_file_is_what_the_models_make() -> None:
    assert json.loads(site_schema()) == SCHEMA, TO_MAKE_IT


def test_it_is_a_schema_and_names_every_key() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"].keys() == SiteConfig.model_fields.keys()
    assert SCHEMA["properties"]["check"]["propertyNames"]["enum"] == list(CODES)


def test_own_guide_names_it_where_it_lies() -> None:
    first = (PROJECT / "site.yaml").read_text("utf-8").splitlines()[0]
    line = re.search(r"`(# yaml-language-server: \$schema=[^`]+)`", README)
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
def test_what_the_program_takes_an_editor_takes(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_what_the_program_refuses_an_editor_marks(line: str, place: str) -> None:
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

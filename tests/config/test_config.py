"""site.yaml: defaults, every kind of error with its line and all at once, variables, tokens; no secret is shown."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.config.settings import Project, load_project
from exporter.config.site_schema import SiteConfig
from exporter.core.errors import ConfigError
from exporter.report.problems import CODES
from exporter.source.newest import age

LEAST = "title: Guide\nsource: {local: demo}\n"
REAL = "title: Guide\nsource: {space: abc}\n"


EXAMPLE = """
title: Lisbon in your pocket                  # the one key besides source that must stand
description: A guide that needs no network.
base_url: https://guide.example.org/lisbon/
locales: [en-US, de-DE, ar]
source: {local: demo}
content: {formats: [json], assets: link}
pages:
  place: {url: "/places/{slug}/", template: place.html}
offline: false
theme: {accent: "#0b6e4f", logo: logo.svg}
check: {link-unresolved: error, alt-missing: off}
"""


def load(root: Path, text: str) -> Project:
    (root / "site.yaml").write_text(text, "utf-8")
    return load_project(root)


def complaints(root: Path, text: str) -> list[str]:
    """Return the errors of an invalid site.yaml, one line each: line number and message."""
    with pytest.raises(ConfigError) as caught:
        load(root, text)
    assert (caught.value.code, caught.value.exit_code) == ("config-invalid", 2)
    return caught.value.message.replace("site.yaml:", "").splitlines()


def test_omitted_key_has_its_documented_default(tmp_path: Path) -> None:
    site = load(tmp_path, REAL).site
    assert (site.description, site.base_url, site.locales, site.offline) == ("", None, None, True)
    assert (site.source.environment, site.source.url, site.source.limit) == (
        "master",
        "https://cdn.contentful.com",
        1000,
    )
    assert (site.content.formats, site.content.assets) == (("json", "markdown"), "download")
    assert (site.pages, site.theme.accent, site.theme.logo, site.check) == ({}, None, None, {})


def test_documented_example_is_read_completely(tmp_path: Path) -> None:
    site = load(tmp_path, EXAMPLE).site
    assert site.base_url is not None
    assert site.base_url.rstrip("/") == "https://guide.example.org/lisbon"
    assert (site.locales, site.source.local, site.offline) == (("en-US", "de-DE", "ar"), "demo", False)
    assert (site.content.formats, site.content.assets) == (("json",), "link")
    assert (site.pages["place"].url, site.pages["place"].template) == ("/places/{slug}/", "place.html")
    assert (site.theme.accent, site.theme.logo) == ("#0b6e4f", "logo.svg")
    assert load(tmp_path, EXAMPLE).address_fields("place", {}) == ("slug",)


def test_scalars_are_strings_until_the_schema_types_them(tmp_path: Path) -> None:
    site = load(
        tmp_path, 'title: 2026\ndescription: "~"\nlocales: [no, on, 1_0]\nsource: {local: 0x1, limit: 50}\n'
    ).site
    assert (site.title, site.description, site.locales) == ("2026", "~", ("no", "on", "1_0"))
    assert (site.source.local, site.source.limit) == ("0x1", 50)


PATTERN = "expected a pattern like /places/{slug}/, of plain letters, digits, . _ - and {field}"
FIELDS = "expected field ids between the braces, as in {slug}, {category.slug} or {date.year}"
SORT = "expected field ids, with a - before one for the greatest first, as in [-date, title]"
COMMENT = 'all from # on is a comment: put the value in quotes, as in "#0b6e4f"'
WEIGHT = "expected one of 'off', 'warning' or 'error'"
ADDRESS = "expected an address like https://guide.example.org/lisbon/"
EITHER = "source: expected either local (demo, or a path) or space (an id)"
CLEAR = "expected https: the access token must not travel in the clear"
NARROWER = "expected at least one of content_type, newer_than, max"
AGE = "expected something like 12h, 30d or 8w"
OFFLINE = "expected true, false or {farewell: true}, or an address in place of that true"
MISSING = [
    "1: source: is missing and is required: add it, as in source: {local: demo}",
    "1: title: is missing and is required: add it, as in title: My guide",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("offlin: true", "3: unknown key offlin: did you mean offline?"),
        ("theme:\n  akcent: red", "4: unknown key theme.akcent: did you mean accent?"),
        ("theme:\n  x: red", "4: unknown key theme.x: allowed are accent, logo"),
        ("pages:\n  place:\n    ulr: /a/", "5: unknown key pages.place.ulr: did you mean url?"),
        ("pages: {theme: {x: /a/}}", "3: unknown key pages.theme.x: allowed are url, template"),
        ("title: b", "3: title is here a second time: keep one of the two"),
        ("theme:\n  logo: a\n  logo: b", "5: theme.logo is here a second time: keep one of the two"),
        ("description:", "3: description: expected a text, found nothing"),
        ("description: [a]", "3: description: expected a text, found a list"),
        ("theme: {logo: ''}", "3: theme.logo: expected a text that is not empty, found ''"),
        (
            "offline: maybe",
            f"3: offline: {OFFLINE}, found 'maybe'",
        ),
        (
            "offline: []",
            f"3: offline: {OFFLINE}, found a list",
        ),
        ("locales: en-US", "3: locales: expected a list, as in [en-US, de-DE], found 'en-US'"),
        ("locales: []", "3: locales: expected at least one, found a list"),
        ("locales:\n- ar\n- ~", "5: locales.1: expected a text, found nothing"),
        ("theme: red", "3: theme: expected keys and values, found 'red'"),
        ("theme: {accent: red}", "3: theme.accent: expected something like \"#0b6e4f\", found 'red'"),
        ("pages: [place]", "3: pages: expected keys and values, found a list"),
        ("pages: {a: {url: b}}", f"3: pages.a.url: {PATTERN}, found 'b'"),
        ("pages: {a: {url: /ü/}}", f"3: pages.a.url: {PATTERN}, found '/ü/'"),
        ("pages: {a: {url: /../x/}}", f"3: pages.a.url: {PATTERN}, found '/../x/'"),
        ("pages: {a: {url: //x/}}", f"3: pages.a.url: {PATTERN}, found '//x/'"),
        ("pages: {a: {url: '/{/'}}", f"3: pages.a.url: {PATTERN}, found '/{{/'"),
        (
            "pages: {a: {url: '/{b c}/'}}",
            f"3: pages.a.url: {FIELDS}, found '/{{b c}}/'",
        ),
        ("lists: {a: {}}", "3: lists.a.type: is missing and is required"),
        ("lists: {'a b': {type: place}}", "3: lists.a b: expected something like news, found 'a b'"),
        ("lists: {a: {type: place, urls: /a/}}", "3: unknown key lists.a.urls: did you mean url?"),
        (
            "lists: {a: {type: place, url: '/{slug}/'}}",
            "3: lists.a.url: expected an address like /news/, with no field in it, found '/{slug}/'",
        ),
        ("lists: {a: {type: place, per_page: 0}}", "3: lists.a.per_page: expected at least 1, found '0'"),
        ("lists: {a: {type: place, per_page: x}}", "3: lists.a.per_page: expected a whole number, found 'x'"),
        ("lists: {a: {type: place, feed: maybe}}", "3: lists.a.feed: expected true or false, found 'maybe'"),
        (
            "lists: {a: {type: place, sort: date desc}}",
            f"3: lists.a.sort: {SORT}, found 'date desc'",
        ),
        ("lists: {a: {type: place, where: [x]}}", "3: lists.a.where: expected keys and values, found a list"),
        ("lists: {a: {type: place, where: {b: []}}}", "3: lists.a.where.b: expected at least one, found a list"),
        ("pages: {a: {template: a.txt}}", "3: pages.a.template: expected something like place.html, found 'a.txt'"),
        ("check: {alt-missing: loud}", f"3: check.alt-missing: {WEIGHT}, found 'loud'"),
        ("check: {alt-missing: }", f"3: check.alt-missing: {WEIGHT}, found nothing"),
        ("check:\n  link-dead: off\n  alt: off", "5: check.alt: there is no such code: did you mean alt-missing?"),
        ("check: {qqq: off}", f"3: check.qqq: expected one of {', '.join(CODES)}, found 'qqq'"),
        ("check: {alt-missing: warn}", f"3: check.alt-missing: {WEIGHT}, found 'warn': did you mean warning?"),
        ("theme:\n  accent: #0b6e4f", f"4: theme.accent: {COMMENT}"),
        ("check: off", "3: check: expected keys and values, found 'off'"),
        ("content: {assets: keep}", "3: content.assets: expected one of 'download' or 'link', found 'keep'"),
        ("content: {formats: [markdown]}", "3: content.formats: json cannot be left out"),
        ("base_url: guide", f"3: base_url: {ADDRESS}, found 'guide'"),
        ("base_url: [guide]", f"3: base_url: {ADDRESS}, found a list"),
    ],
)
def test_error_names_line_key_what_was_found_and_what_is_allowed(tmp_path: Path, text: str, expected: str) -> None:
    assert complaints(tmp_path, f"{LEAST}{text}\n") == [expected]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("demo", "source: expected keys and values, found 'demo': write source: {local: demo}, or {space: ID}"),
        ("{}", EITHER),
        ("{space: abc, local: demo}", EITHER),
        ("{space: abc, limit: many}", "source.limit: expected a whole number, found 'many'"),
        ("{space: abc, limit: 0}", "source.limit: expected at least 1, found '0'"),
        ("{space: abc, limit: 1001}", "source.limit: expected at most 1000, found '1001'"),
        ("{space: abc, url: http://cdn.example.org}", f"source.url: {CLEAR}, found 'http://cdn.example.org'"),
        (
            "{local: demo, search: {max: 3}, only: [place]}",
            "source.search: cannot be combined with source.only: keep one of the two",
        ),
        ("{local: demo, search: {include: 2}}", f"source.search: {NARROWER}"),
        ("{local: demo, search: {max: }}", f"source.search: {NARROWER}"),
        ("{local: demo, search: news}", "source.search: expected keys and values, found 'news'"),
        ("{local: demo, search: {max: 0}}", "source.search.max: expected at least 1, found '0'"),
        ("{local: demo, search: {max: 3, include: 11}}", "source.search.include: expected at most 10, found '11'"),
        ("{local: demo, search: {newer_than: 30}}", f"source.search.newer_than: {AGE}, found '30'"),
        ("{local: demo, search: {newer_than: 0d}}", f"source.search.newer_than: {AGE}, found '0d'"),
        ("{local: demo, search: {newer_than: 1 month}}", f"source.search.newer_than: {AGE}, found '1 month'"),
        ("{local: demo, search: {max: 3, maximum: 3}}", "unknown key source.search.maximum: did you mean max?"),
    ],
)
def test_invalid_source_is_reported(tmp_path: Path, source: str, expected: str) -> None:
    assert complaints(tmp_path, f"title: a\nsource: {source}\n") == [f"2: {expected}"]


@pytest.mark.parametrize(("text", "hours"), [("90s", 0.025), ("15m", 0.25), ("12h", 12), ("30d", 720), ("8w", 1344)])
def test_age_is_read_by_its_unit(tmp_path: Path, text: str, hours: float) -> None:
    search = load(tmp_path, f"title: a\nsource: {{local: demo, search: {{newer_than: {text}}}}}\n").site.source.search
    assert search is not None
    assert search.newer_than is not None
    assert age(search.newer_than) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "# soon\n", "{}\n"])
def test_empty_file_lacks_the_required_keys(tmp_path: Path, text: str) -> None:
    assert complaints(tmp_path, text) == MISSING


def test_all_errors_are_reported_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = (
        "titel: Guide\nsource:\n  limit: 0\noffline: perhaps\nlocales: []\nlocales: [en]\ncontent: {formats: [yaml]}\n"
    )
    assert [line.split(": ", 2)[:2] for line in complaints(tmp_path, text)] == [
        ["1", "title"],
        ["1", "unknown key titel"],
        ["2", "source"],
        ["3", "source.limit"],
        ["4", "offline"],
        ["6", "locales is here a second time"],
        ["7", "content.formats"],
        ["7", "content.formats"],
    ]


@pytest.mark.parametrize(
    "text",
    [LEAST + "pages: &a {p: *a}\n", LEAST + "pages: &a {p: *a, q: *a, r: *a}\n", "&a [*a, *a]\n", "&a {title: *a}"],
)
def test_alias_inside_its_own_anchor_is_reported_in_a_few_lines(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert len(caught.value.message.splitlines()) < 20


def test_alias_outside_its_anchor_is_read(tmp_path: Path) -> None:
    site = load(tmp_path, LEAST + "pages:\n  place: &p {template: shared.html}\n  walk: *p\n").site
    assert [page.template for page in site.pages.values()] == ["shared.html", "shared.html"]


def test_missing_unreadable_or_invalid_yaml_file_is_reported(tmp_path: Path) -> None:
    for content, code in ((None, "config-missing"), (b"title: \xff", "config-unreadable"), (b"a: [", "config-yaml")):
        if content is not None:
            (tmp_path / "site.yaml").write_bytes(content)
        with pytest.raises(ConfigError) as caught:
            load_project(tmp_path)
        assert caught.value.code == code
        assert "site.yaml" in caught.value.message


def test_excessive_nesting_is_an_error_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        load(tmp_path, LEAST + "pages: " + "[" * 5000)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="ascii"), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
KEYS = [
    *SiteConfig.model_fields,
    "local",
    "space",
    "url",
    "environment",
    "formats",
    "assets",
    "accent",
    "logo",
    "template",
]


@given(st.dictionaries(st.sampled_from(KEYS), json_values | st.dictionaries(st.sampled_from(KEYS), json_values)))
@settings(max_examples=60)
def test_any_content_of_the_file_is_read_or_reported(tmp_path: Path, data: dict[str, Any]) -> None:
    try:
        load(tmp_path, json.dumps({"title": "Guide", "source": {"local": "demo"}, **data}))
    except ConfigError as error:
        assert error.code in ("config-invalid", "config-yaml")  # noqa: PT017 - passing without an error is right as well


def test_named_variables_are_read_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("CONTENTFUL_SPACE_ID", "abc"), ("STAGE", "next"), ("REGION", "eu")):
        monkeypatch.setenv(name, value)
    text = "title: ${STAGE}\nsource: {space: '${CONTENTFUL_SPACE_ID}', environment: 'v-${STAGE}'"
    site = load(tmp_path, text + ", url: 'https://cdn.${REGION}.contentful.com/'}\n").site
    assert (site.title, site.source.space, site.source.environment) == ("${STAGE}", "abc", "v-next")
    assert site.source.url == "https://cdn.eu.contentful.com"


def test_all_unset_variables_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPTY", "")
    monkeypatch.delenv("NOT_SET", raising=False)
    assert complaints(tmp_path, "title: a\nsource:\n  space: ${NOT_SET}${EMPTY}\n  url: https://${NOT_SET}\n") == [
        "3: source.space: not set in the environment: NOT_SET, EMPTY: set it before the run, or write the value here",
        "4: source.url: not set in the environment: NOT_SET: set it before the run, or write the value here",
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://me:hidden@cdn.contentful.com",
        "https://:hidden@cdn.contentful.com",
        "https://me:wrong@hidden@cdn.contentful.com",
        "https://cdn.contentful.com/?access_token=hidden",
        "https://cdn.contentful.com/#access_token=hidden",
        "me:hidden@cdn.contentful.com",
        "http://me:hidden@[cdn",
    ],
)
def test_secret_in_an_address_is_refused_and_not_shown(tmp_path: Path, url: str) -> None:
    found = complaints(tmp_path, f'title: a\nsource:\n  space: abc\n  url: "{url}"\n')
    assert len(found) == 1
    assert found[0].startswith("4: source.url: ")
    assert "hidden" not in found[0]


def test_secret_in_an_invalid_yaml_file_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=":2: ") as caught:
        load(tmp_path, 'title: a\nbase_url: "https://me:hidden@cdn.contentful.com\n')
    assert "hidden" not in caught.value.message


def test_guide_may_be_published_at_a_plain_http_address(tmp_path: Path) -> None:
    assert load(tmp_path, LEAST + "base_url: http://guide.example.org/\n").site.base_url is not None


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://cdn.contentful.com", "CONTENTFUL_ACCESS_TOKEN"),
        ("https://cdn.eu.contentful.com", "CONTENTFUL_ACCESS_TOKEN"),
        ("https://example.org/preview.contentful.com", "CONTENTFUL_ACCESS_TOKEN"),
        ("https://preview.contentful.com", "CONTENTFUL_PREVIEW_TOKEN"),
        ("https://preview.eu.contentful.com/", "CONTENTFUL_PREVIEW_TOKEN"),
    ],
)
def test_preview_host_has_its_own_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, name: str) -> None:
    config = load(tmp_path, f"title: a\nsource: {{space: abc, url: '{url}'}}\n")
    assert config.is_preview == (name == "CONTENTFUL_PREVIEW_TOKEN")
    with pytest.raises(ConfigError, match=f"set {name} in the environment or in ") as caught:
        config.access_token()
    assert caught.value.code == "token-missing"
    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", "for-CONTENTFUL_ACCESS_TOKEN")
    monkeypatch.setenv("CONTENTFUL_PREVIEW_TOKEN", "for-CONTENTFUL_PREVIEW_TOKEN")
    assert config.access_token() == f"for-{name}"


@pytest.mark.parametrize(
    "line",
    [
        b"CONTENTFUL_ACCESS_TOKEN=s3cret",
        b"OTHER=x\r\n\r\n  CONTENTFUL_ACCESS_TOKEN = s3cret \r\n",
        b'export CONTENTFUL_ACCESS_TOKEN="s3cret"\n',
        b"#CONTENTFUL_ACCESS_TOKEN=old\nCONTENTFUL_ACCESS_TOKEN='s3cret'\n# CONTENTFUL_ACCESS_TOKEN=old\n",
        b"\xef\xbb\xbfCONTENTFUL_ACCESS_TOKEN=s3cret\n",
    ],
)
def test_token_is_read_from_the_env_file(tmp_path: Path, line: bytes) -> None:
    (tmp_path / ".env").write_bytes(line)
    assert load(tmp_path, REAL).access_token() == "s3cret"


def test_environment_takes_precedence_over_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("CONTENTFUL_ACCESS_TOKEN=file\n", "utf-8")
    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", "environment")
    assert load(tmp_path, REAL).access_token() == "environment"


@pytest.mark.parametrize("line", ["=s3cret s3cret\n", "=s3cret\x07\n", "=s3crét\n"])
def test_token_that_no_header_can_contain_is_refused_and_not_shown(tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(f"CONTENTFUL_ACCESS_TOKEN{line}", "utf-8")
    with pytest.raises(
        ConfigError, match="CONTENTFUL_ACCESS_TOKEN contains characters that no access token has"
    ) as caught:
        load(tmp_path, REAL).access_token()
    assert (caught.value.code, "s3cr" in caught.value.message) == ("token-invalid", False)


def test_env_file_that_is_not_utf8_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("CONTENTFUL_ACCESS_TOKEN=s3cret\n".encode("utf-16"))
    with pytest.raises(ConfigError, match=r"\.env"):
        load(tmp_path, REAL).access_token()


def test_local_source_needs_no_token(tmp_path: Path) -> None:
    assert load(tmp_path, LEAST).access_token() != ""


def test_guide_is_in_the_folder_of_its_site_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "guide").mkdir()
    (tmp_path / "guide/other.yaml").write_text(LEAST, "utf-8")
    monkeypatch.chdir(tmp_path)
    config = load_project(Path(), Path("guide/other.yaml"))
    names = [config.content, config.output, config.state_file, config.cache]
    assert names == [tmp_path.resolve() / "guide" / name for name in ("content", "site", ".syncstate", ".export")]

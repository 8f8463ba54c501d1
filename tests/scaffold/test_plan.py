"""The plan of a new guide: from answers and a content type to the texts of files, without a disk or a network."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from email.message import Message
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment

from exporter import __version__
from exporter.core.errors import ConfigError
from exporter.core.model import read_content_type
from exporter.guide.schema.field_roles import roles_of
from exporter.scaffold.answers import HOSTS, Answers, Origin, folder_name, public_origin, read_origin
from exporter.scaffold.headers import HEADERS
from exporter.scaffold.plan import (
    ACTION,
    GITLAB,
    REQUIREMENTS,
    SCHEMA,
    WORKFLOW,
    plan_files,
    plan_update,
    requirements,
    site_yaml,
)
from exporter.scaffold.type_template import ShownType, type_template
from tests.conftest import PROJECT, SLUG, content_type

ADDRESS = "git+https://git.example.org/us/exporter@v9"
ALWAYS = {
    *("site.yaml", SCHEMA, "templates/entry.html", ".gitignore", ".gitattributes", ".env.example", REQUIREMENTS),
    *("README.md", "templates/static/river.geojson"),
}
OF_HOST = {
    "github": {WORKFLOW, ACTION},
    "gitlab": {GITLAB},
    "netlify": {"netlify.toml"},
    "s3": {"hosts/cloudfront-headers.json"},
    "nginx": {"hosts/nginx.conf"},
}


def test_every_host_gets_its_own_files_and_no_other() -> None:
    for host in HOSTS:
        assert set(plan_files(Answers(hosts=(host,)), None)) == ALWAYS | OF_HOST[host]
    assert set(plan_files(Answers(), None)) == ALWAYS | OF_HOST["github"] | OF_HOST["gitlab"]


def test_guides_share_no_name_in_nginx_and_no_line_that_may_stand_once_only() -> None:
    one, two = (
        plan_files(Answers(hosts=("nginx",), name=folder_name(Path("/srv", name))), None)["hosts/nginx.conf"]
        for name in ("Old Lisbon", "2026")
    )
    assert "map $uri $old_lisbon_moved {" in one
    assert "include /var/www/guide-2026/_redirects.nginx;" in two
    assert set(re.findall(r"\$\w+", one)) & set(re.findall(r"\$\w+", two)) == {"$uri"}
    assert "map_hash" not in one


def test_no_placeholder_is_left_in_any_file() -> None:
    for hosts in (("github", "gitlab", "netlify", "s3"), ("nginx",)):
        files = plan_files(Answers(hosts=hosts, origin=Origin(ADDRESS)), None)
        assert [path for path, text in files.items() if "@@" in text] == []


def test_answers_stand_in_site_yaml_as_texts() -> None:
    answers = Answers('Say "hi": # {x}', "1e5", "no", eu=True, hosts=("nginx",))
    found = yaml.safe_load(site_yaml(answers))
    assert found == {
        "title": 'Say "hi": # {x}',
        "source": {"space": "1e5", "environment": "no", "url": "https://cdn.eu.contentful.com"},
        "host": "nginx",
    }
    demo = {"title": "My guide", "source": {"local": "demo"}, "maps": {"outline": "river.geojson"}}
    assert yaml.safe_load(site_yaml(Answers())) == demo


def test_comments_of_site_yaml_show_keys_and_values_that_are_allowed() -> None:
    text = site_yaml(Answers(space="abc"))
    commented = re.sub(r"(?m)^(  )?# (?=\w+:)", r"\1", text)
    commented = re.sub(r"(?m)^#   ", "  ", commented)
    from exporter.config.site_schema import read_site

    site = read_site(commented, PROJECT / "site.yaml")
    assert (site.host, site.theme.accent, site.content.assets) == ("netlify", "#0b6e4f", "download")


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://git.example.org/us/exporter@v9", ADDRESS),
        ("git+https://git.example.org/us/exporter@v9", ADDRESS),
        ("https://git.example.org/us/exporter", f"git+https://git.example.org/us/exporter@v{__version__}"),
        ("ssh://git@git.example.org/us/exporter", f"git+ssh://git@git.example.org/us/exporter@v{__version__}"),
        ("ssh://git@git.example.org/us/exporter@main", "git+ssh://git@git.example.org/us/exporter@main"),
    ],
)
def test_address_of_the_program_gets_the_tag_of_this_version(given: str, origin: str) -> None:
    assert read_origin(given) == Origin(origin, read_origin(given).notes)
    assert any("names no tag" in note for note in read_origin(given).notes) == (origin.endswith(f"@v{__version__}"))


@pytest.mark.parametrize(
    "given",
    [
        "exporter",
        "http://git.example.org/x",
        "https://user:secret@git.example.org/x",
        "https://ghp_token@git.example.org/x/y",
        "https://git.example.org/x y",
        "https://git.example.org/x@v1 --index-url",
        "https://git.example.org/x@-e",
    ],
)
def test_address_that_pip_would_misread_or_that_holds_a_password_is_refused(given: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_origin(given)
    assert "secret" not in error.value.message
    assert "ghp_token" not in error.value.message


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("git+https://host/o/r@v1", f"git+https://host/o/r@v{__version__}"),
        (
            "contentful-exporter[publish,zim] @ git+https://host/o/r@v1",
            f"contentful-exporter[publish,zim] @ git+https://host/o/r@v{__version__}",
        ),
        ("wheels/contentful_exporter-1-py3-none-any.whl[publish]",) * 2,
        ("# contentful-exporter[publish] @ git+URL@v1", f"# contentful-exporter[publish] @ git+URL@v{__version__}"),
    ],
)
def test_update_keeps_the_extras_of_the_requirements(line: str, kept: str) -> None:
    standing = f"{requirements(None, '').splitlines()[0]}\n{line}\n"
    planned = plan_update({REQUIREMENTS: standing}, None)
    assert planned.get(REQUIREMENTS, standing).splitlines()[-1] == kept


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        ("git+https://host/o/r@v1", "contentful-exporter[publish] @ git+https://host/o/r@v1"),
        ("wheels/contentful_exporter-1-py3-none-any.whl", "wheels/contentful_exporter-1-py3-none-any.whl[publish]"),
    ],
)
def test_hosts_that_are_published_to_get_the_extra_for_it(origin: str, line: str) -> None:
    for hosts, wanted in ((("s3",), line), (("nginx", "github"), line), (("github",), origin)):
        text = plan_files(Answers(hosts=hosts, origin=Origin(origin)), None)[REQUIREMENTS]
        assert text.splitlines()[-1] == wanted


def test_requirements_name_no_stranger_while_there_is_no_address() -> None:
    lines = plan_files(Answers(), None)[REQUIREMENTS].splitlines()
    assert [line for line in lines if not line.startswith("#")] == []
    assert plan_files(Answers(origin=Origin(ADDRESS)), None)[REQUIREMENTS].endswith(f"\n{ADDRESS}\n")


def test_address_stands_in_the_project_alone() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    url = project.get("urls", {}).get("Source")
    assert public_origin() == (replace(read_origin(url), notes=()) if url else None)


def test_public_address_is_taken_from_the_urls_of_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Message()
    found["Project-URL"] = "Changelog, https://example.org/changes"
    found["Project-URL"] = "Source, https://git.example.org/us/exporter"
    monkeypatch.setattr("exporter.scaffold.answers.metadata.metadata", lambda _name: found)
    assert public_origin() == Origin(f"git+https://git.example.org/us/exporter@v{__version__}")


def test_wrong_answers_are_refused_with_the_option() -> None:
    for answers, word in (
        (Answers(eu=True), "--eu"),
        (Answers(environment="x"), "--environment"),
        (Answers(space="a b"), "--space"),
        (Answers(space="a", environment="../x"), "--environment"),
        (Answers(hosts=("githb",)), "did you mean github?"),
        (Answers(hosts=("nginx", "netlify")), "name one"),
    ):
        with pytest.raises(ConfigError, match=re.escape(word)):
            answers.check()
    with pytest.raises(ConfigError, match="this is the access token"):
        Answers(space="secret").check(["secret"])


EVERYTHING = read_content_type(
    content_type(
        "hotel",
        ("title", "Symbol"),
        SLUG,
        ("body", "Text"),
        ("notes", "RichText"),
        ("rooms", "Integer"),
        ("stars", "Number"),
        ("open", "Boolean"),
        ("since", "Date"),
        ("where", "Location"),
        ("table", "Object"),
        {"id": "words", "name": "Words", "type": "Array", "items": {"type": "Symbol"}},
        {"id": "town", "name": "Town ID", "type": "Link", "linkType": "Entry"},
        {"id": "near", "name": "Near", "type": "Array", "items": {"type": "Link", "linkType": "Entry"}},
        {"id": "picture", "name": "Picture", "type": "Link", "linkType": "Asset"},
        {"id": "plan", "name": "Plan", "type": "Link", "linkType": "Asset"},
        {"id": "views", "name": "Views", "type": "Array", "items": {"type": "Link", "linkType": "Asset"}},
        {
            "id": "panels",
            "name": "Panels",
            "type": "Array",
            "items": {"type": "Link", "linkType": "Entry", "validations": [{"linkContentType": ["panel"]}]},
        },
        {"id": "evil", "name": "{{ 7 * 7 }}<script>", "type": "Symbol"},
    )
)


def test_template_of_a_type_names_each_field_that_the_top_of_the_page_does_not_show() -> None:
    text = type_template(ShownType(EVERYTHING, roles_of(EVERYTHING), {"panel"}))
    Environment(autoescape=True).parse(text)
    named = set(re.findall(r"(?<!/)entry\.(\w+)", text))
    assert named == {field.id for field in EVERYTHING.fields} - {"title", "slug", "picture"}
    assert "<dt>Town ID</dt>" in text
    assert "{{ entry.panels|inline(2) }}" in text
    assert "7 * 7" not in text
    assert "<script>" not in text


def test_type_with_no_more_than_a_title_has_a_template_without_blocks_of_fields() -> None:
    bare = read_content_type(content_type("tag", ("title", "Symbol")))
    text = type_template(ShownType(bare, roles_of(bare)))
    Environment(autoescape=True).parse(text)
    assert "<dl" not in text


def test_update_of_files_of_this_version_is_empty() -> None:
    assert plan_update(plan_files(Answers(origin=Origin(f"{ADDRESS[:-1]}{__version__}")), None), None) == {}


def test_update_keeps_the_schedule_and_the_address_and_leaves_own_files_alone() -> None:
    files = plan_files(Answers(origin=Origin("git+https://git.example.org/us/exporter@v0.0.1")), None)
    old = {
        **files,
        WORKFLOW: files[WORKFLOW]
        .replace('"23 */6 * * *"', '"7 4 * * 1"')
        .replace("actions/cache@", "actions/cache@old")
        .replace("[main, master]", "[trunk]"),
        GITLAB: "pages: {script: [make]}\n",
        ACTION: files[ACTION].replace("--quiet", ""),
        SCHEMA: "{}",
    }
    changes = plan_update(old, None)
    assert set(changes) == {WORKFLOW, ACTION, SCHEMA, REQUIREMENTS}
    own = files[WORKFLOW].replace('"23 */6 * * *"', '"7 4 * * 1"').replace("[main, master]", "[trunk]")
    assert changes[WORKFLOW] == own
    assert changes[REQUIREMENTS].endswith(f"git+https://git.example.org/us/exporter@v{__version__}\n")
    assert plan_update(old, ADDRESS)[REQUIREMENTS].endswith(f"{ADDRESS}\n")
    assert plan_update({REQUIREMENTS: files[REQUIREMENTS]}, None).keys() == {REQUIREMENTS}


def test_header_lines_are_the_same_everywhere() -> None:
    page = (PROJECT / "exporter/docs/hosting.md").read_text("utf-8")
    assert "\n".join(f"{name}: {value}" for name, value in HEADERS.items()) in page
    assert not [value for value in HEADERS.values() if '"' in value or "\\" in value]
    netlify = plan_files(Answers(hosts=("netlify", "s3")), None)
    nginx = plan_files(Answers(hosts=("nginx",)), None)["hosts/nginx.conf"]
    for name, value in HEADERS.items():
        assert f'{name} = "{value}"' in netlify["netlify.toml"]
        assert f'add_header {name} "{value}" always;' in nginx
    policy = yaml.safe_load(netlify["hosts/cloudfront-headers.json"])["SecurityHeadersConfig"]["ContentSecurityPolicy"]
    assert policy["ContentSecurityPolicy"] == HEADERS["Content-Security-Policy"]


def test_answers_without_an_address_say_so_in_the_guides_readme() -> None:
    answers = Answers("Tiny\nguide")
    assert plan_files(answers, None)["README.md"].startswith("# Tiny guide\n")
    assert "no public address yet" in plan_files(answers, None)["README.md"]
    assert "no public address yet" not in plan_files(replace(answers, origin=Origin(ADDRESS)), None)["README.md"]

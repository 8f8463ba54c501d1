"""Pages that moved, headers and 404 on hosts: what a build lists for them, and a real nginx with the file for it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from exporter.guide.pages.host_redirects import redirects_text
from exporter.scaffold.answers import Answers
from exporter.scaffold.headers import HEADERS
from exporter.scaffold.plan import plan_files
from tests.conftest import Guide, SpaceFiles, entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message
    from pathlib import Path

PAIRS = [("/place/castle/", "/place/fort/"), ("/place/塔/", "/place/東京/")]


def test_both_spellings_of_an_address_are_redirected_and_percent_encoded_where_the_host_wants_that() -> None:
    assert redirects_text("netlify", PAIRS).splitlines() == [
        "/place/castle/ /place/fort/ 301!",
        "/place/castle/index.html /place/fort/ 301!",
        "/place/%E5%A1%94/ /place/%E6%9D%B1%E4%BA%AC/ 301!",
        "/place/%E5%A1%94/index.html /place/%E6%9D%B1%E4%BA%AC/ 301!",
    ]
    assert redirects_text("nginx", PAIRS).splitlines()[2:] == [
        '"/place/塔/" "/place/%E6%9D%B1%E4%BA%AC/";',
        '"/place/塔/index.html" "/place/%E6%9D%B1%E4%BA%AC/";',
    ]
    long = redirects_text("nginx", [(f"/place/{'長' * 12}/", "/")]).splitlines()
    assert long == [f'"/place/{"長" * 12}/" "/";', f'"~^/place/{"長" * 12}/index\\.html$" "/";'], "44 bytes, and 54"


def move(space: SpaceFiles, slug: str, revision: int) -> None:
    space.put(entry("place", "castle", revision, title="The castle", slug=slug))


def with_host(guide: Guide, host: str) -> None:
    text = (
        (guide.root / "site.yaml").read_text("utf-8").replace("offline: false", "base_url: https://guide.example.org")
    )
    (guide.root / "site.yaml").write_text(f"{text}host: {host}\n", "utf-8")


def test_list_of_a_host_follows_each_move_and_is_the_same_from_nothing(guide: Guide, space: SpaceFiles) -> None:
    with_host(guide, "netlify")
    guide.build()
    file = guide.root / "site/_redirects"
    assert file.read_text("utf-8") == ""
    move(space, "fort", 2)
    guide.build()
    assert "/place/castle/ /place/fort/ 301!" in file.read_text("utf-8").splitlines()
    move(space, "keep", 3)
    guide.build()
    lines = file.read_text("utf-8")
    assert "/place/castle/ /place/keep/ 301!\n" in lines
    assert "/place/fort/ /place/keep/ 301!\n" in lines
    assert "fort" in guide.page("/place/fort/") or "keep" in guide.page("/place/fort/"), (
        "the page leads on by itself too"
    )
    before = guide.files("site")
    guide.build("--clean")
    assert {path: data for path, data in guide.files("site").items() if "/updates/" not in path} == {
        path: data for path, data in before.items() if "/updates/" not in path
    }
    space.remove("entries/place/castle.json")
    guide.build()
    assert file.read_text("utf-8") == ""


def test_build_with_nothing_new_leaves_the_list_as_it_is(guide: Guide, space: SpaceFiles) -> None:
    with_host(guide, "netlify")
    guide.build()
    move(space, "fort", 2)
    guide.build()
    before = guide.mtimes()["site/_redirects"]
    assert guide.build()["render"]["written"] == 0
    assert guide.mtimes()["site/_redirects"] == before


def test_rules_of_the_owner_come_first_and_devices_do_without_the_list(guide: Guide, space: SpaceFiles) -> None:
    with_host(guide, "netlify")
    static = guide.root / "templates/static"
    static.mkdir(parents=True)
    (static / "_redirects").write_text("/home / 302", "utf-8")
    guide.build()
    move(space, "fort", 2)
    guide.build()
    assert (
        (guide.root / "site/_redirects")
        .read_text("utf-8")
        .startswith("/home / 302\n/place/castle/ /place/fort/ 301!\n")
    )
    listed = [path for path, data in guide.files("site/updates").items() if b"_redirects" in data]
    assert listed == []


def test_guide_without_a_host_has_no_list(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    move(space, "fort", 2)
    guide.build()
    assert [path for path in guide.files("site") if "_redirects" in path] == []


LONG = "-".join(["castle-with-a-long-name"] * 3)
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin")


@pytest.fixture
def nginx(guide: Guide, space: SpaceFiles, tmp_path: Path) -> Iterator[str]:
    """The address of an nginx with the files that `init` writes for two guides; in the first, a page moved twice."""
    if NGINX is None:
        pytest.skip("nginx is not installed")
    with_host(guide, "nginx")
    move(space, LONG, 1)
    guide.build()
    move(space, "castle", 2)
    guide.build()
    move(space, "fort", 3)
    guide.build()
    manifest = guide.root / "site/.exporter-publish/root.bin"
    manifest.parent.mkdir()
    manifest.write_bytes(b"what a publish to this folder leaves")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for name in ("guide", "other"):
        text = plan_files(Answers(hosts=("nginx",), name=name), None)["hosts/nginx.conf"]
        text = text.replace("listen 80;", f"listen 127.0.0.1:{port};").replace(f"/var/www/{name}", f"{guide.root}/site")
        (tmp_path / f"{name}.conf").write_text(text, "utf-8")
    tmp_path.chmod(0o755)
    for parent in (guide.root, *guide.root.parents[:3]):
        parent.chmod(0o755)
    paths = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"user root;\npid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{paths}types {{ text/html html; }}\n"
        f"include {tmp_path}/guide.conf;\ninclude {tmp_path}/other.conf;\n}}\n",
        "utf-8",
    )
    command = [NGINX, "-c", str(tmp_path / "nginx.conf"), "-g", "daemon off;", "-e", str(tmp_path / "error.log")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect as the answer."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


def ask(url: str) -> tuple[int, Message]:
    try:
        with urllib.request.build_opener(NoRedirect).open(url, timeout=10) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers


def test_nginx_sends_the_headers_redirects_what_moved_and_shows_the_guides_404(nginx: str) -> None:
    for path, code in (
        ("/", 200),
        ("/place/fort/", 200),
        ("/nothing/", 404),
        ("/_redirects.nginx", 404),
        ("/.exporter", 404),
        ("/.exporter-publish/root.bin", 404),
    ):
        status, headers = ask(nginx + path)
        assert status == code, path
        assert {name: headers[name] for name in HEADERS} == HEADERS, path
    assert ask(f"{nginx}/manifest.webmanifest")[1]["Content-Type"] == "application/manifest+json"
    assert ask(f"{nginx}/")[1]["Content-Type"] == "text/html"
    for path in ("/place/castle/", "/place/castle/index.html", "/place/castle/?a=1", f"/place/{LONG}/index.html"):
        status, headers = ask(nginx + path)
        assert (status, headers["Location"].removeprefix(nginx)) == (301, "/place/fort/"), path

"""What a request may ask for."""

from __future__ import annotations

import pytest

from exporter.serve.http.access import content_type, site_path

REFUSED = [
    "/../site.yaml",
    "/place/../../site.yaml",
    "/..",
    "/./style.css",
    "/%2e%2e/site.yaml",
    "/%2E%2E%2Fsite.yaml",
    "/..%2fsite.yaml",
    "/..%5csite.yaml",
    "/..\\site.yaml",
    "/.%2e/site.yaml",
    "/%252e%252e/site.yaml",
    "/%252e%252e%252fsite.yaml",
    "/.. /site.yaml",
    "/..%20/site.yaml",
    "/.../site.yaml",
    "//etc/passwd",
    "/place//castle/",
    "/place%2fcastle/",
    "/place%2Fcastle/index.html",
    "/C:/Windows/win.ini",
    "/c:windows",
    "/style.css%00.html",
    "/a%0d%0aSet-Cookie:%20x",
    "/%ff",
    "/%c0%ae%c0%ae/site.yaml",
    "style.css",
    "",
    "*",
    "http://evil.example/style.css",
]


@pytest.mark.parametrize("target", REFUSED)
def test_target_that_no_file_of_the_guide_has_is_refused(target: str) -> None:
    assert site_path(target) is None


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/", ""),
        ("/place/castle/", "place/castle/"),
        ("/style.css?epoch=5", "style.css"),
        ("/files/a%20b/caf%C3%A9.pdf", "files/a b/café.pdf"),
        ("/places/st.-john/", "places/st.-john/"),
        ("/?../../etc/passwd", ""),
        ("/style.css?import&raw??", "style.css"),
        ("/@fs/etc/passwd", "@fs/etc/passwd"),
    ],
)
def test_target_names_a_path_under_site_whatever_its_query(target: str, path: str) -> None:
    assert site_path(target) == path


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("offline/page.js", "text/javascript; charset=utf-8"),
        ("feed.xml", "application/xml; charset=utf-8"),
        ("manifest.webmanifest", "application/manifest+json; charset=utf-8"),
        ("files/a/PHOTO.JPG", "image/jpeg"),
        ("files/a/photo.webp", "image/webp"),
        ("files/a/track.gpx", "application/gpx+xml"),
        ("updates/pack", "application/octet-stream"),
        ("page.html.txt", "text/plain; charset=utf-8"),
    ],
)
def test_content_types_are_those_of_the_names(path: str, kind: str) -> None:
    assert content_type(path) == kind

"""The header lines that a host should send with every file of a guide, as each kind of host takes them."""

from __future__ import annotations

import json

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
"""The one place where they are; exporter/docs/hosting.md and the tests of the theme's policy are held against it.

Invariant: no value contains a double quote or a backslash, so that it can stand between quotes in every format below.
"""


def netlify_headers() -> str:
    """Return the lines as a TOML table has them."""
    return "\n".join(f'{name} = "{value}"' for name, value in HEADERS.items())


def nginx_headers() -> str:
    """Return the lines as nginx takes them, for error pages too."""
    return "\n".join(f'    add_header {name} "{value}" always;' for name, value in HEADERS.items())


def cloudfront_policy(name: str) -> str:
    """Return the configuration of a CloudFront response headers policy for a guide of some name.

    The store sends a `Cache-Control` of its own with what `publish` uploads, which stays.
    """
    policy = {
        "Name": name,
        "SecurityHeadersConfig": {
            "ContentSecurityPolicy": {
                "Override": True,
                "ContentSecurityPolicy": HEADERS["Content-Security-Policy"],
            },
            "ContentTypeOptions": {"Override": True},
        },
        "CustomHeadersConfig": {
            "Quantity": 1,
            "Items": [{"Header": "Cache-Control", "Value": HEADERS["Cache-Control"], "Override": False}],
        },
    }
    return json.dumps(policy, indent=2) + "\n"

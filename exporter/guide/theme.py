"""Where the theme's files are."""

from __future__ import annotations

import os

THEME = os.path.join(os.path.dirname(os.path.dirname(__file__)), "theme")  # noqa: PTH118, PTH120 - many are joined to it

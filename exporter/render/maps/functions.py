"""The filters and functions of templates that are about places."""

from __future__ import annotations

from exporter.render.maps.files import place_files
from exporter.render.maps.places import locations, map_of
from exporter.render.maps.walks import walk_of

PLACE_FILTERS = {"locations": locations, "walk": walk_of}
PLACE_FUNCTIONS = {"map_of": map_of, "place_files": place_files}

"""What templates have about places: filters and functions, and the types of the objects that these return."""

from __future__ import annotations

from exporter.maps.outline import Path, Sheet
from exporter.render.maps.drawing import Area, Cluster, Map, Pin, PinLabel, ScaleBar, Underlay
from exporter.render.maps.files import PlaceFile, place_files
from exporter.render.maps.marks import marks
from exporter.render.maps.overview import Numbered, Overview, PlaceGroup
from exporter.render.maps.places import Location, Neighbour, locations, map_of
from exporter.render.maps.walks import Stop, Walk, walk_of
from exporter.render.maps.waypoints import Waypoint, Waypoints

PLACE_FILTERS = {"locations": locations, "marks": marks, "walk": walk_of}
PLACE_FUNCTIONS = {"map_of": map_of, "place_files": place_files}
PLACE_TYPES = frozenset[type](
    {
        *(Map, Pin, PinLabel, Cluster, Area, ScaleBar, Underlay, Path, Sheet),
        *(Location, Neighbour, Walk, Stop, PlaceFile, Waypoint, Waypoints, Overview, PlaceGroup, Numbered),
    }
)
"""Types whose attributes templates may all read, except those that begin with an underscore."""

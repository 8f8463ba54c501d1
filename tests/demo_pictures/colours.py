"""The colours: nine lights of the day, the materials, and how a light tints them."""

from __future__ import annotations

from dataclasses import dataclass

RGB = tuple[int, int, int]


@dataclass(frozen=True)
class Palette:
    """The light of a picture: sky from top to horizon, and how it tints materials."""

    sky: tuple[str, str, str, str, str]
    sun: str
    river: str
    pane: str
    shade: str
    ambient: str
    strength: float


PALETTES = {
    # day
    "azure": Palette(
        ("#3f8fc4", "#66aad2", "#93c6df", "#c3dfe3", "#f1ead4"),
        "#fff3c4",
        "#3a86b0",
        "#3d5a78",
        "#23395b",
        "#ffffff",
        0.0,
    ),
    "mint": Palette(
        ("#4aa39f", "#78beb1", "#a6d4c2", "#d1e6d0", "#f6efd6"),
        "#fff6cf",
        "#3f95a0",
        "#36616b",
        "#1f4450",
        "#fff6dd",
        0.05,
    ),
    "cream": Palette(
        ("#8fc1cf", "#b4d3d0", "#d8e2cd", "#f1e6c6", "#f9dfae"),
        "#fffbe6",
        "#5a9db0",
        "#4b5f70",
        "#3a3f5c",
        "#fff0cc",
        0.08,
    ),
    # evening
    "gold": Palette(
        ("#e5854a", "#eea157", "#f5bd6a", "#f9d587", "#fdeab4"),
        "#fff8dc",
        "#55868f",
        "#6a3f45",
        "#5a2c40",
        "#f3a64f",
        0.14,
    ),
    "coral": Palette(
        ("#b5455b", "#d25e5c", "#e77e5f", "#f3a46b", "#fbc98a"),
        "#fff0c2",
        "#7a4b70",
        "#ffdc8c",
        "#43204a",
        "#d8605c",
        0.22,
    ),
    "rose": Palette(
        ("#bd6189", "#d58398", "#e8a5a5", "#f4c6b4", "#fce4c9"),
        "#fff4dc",
        "#7b8fb3",
        "#70456a",
        "#542f5c",
        "#eba6a4",
        0.14,
    ),
    # dusk
    "indigo": Palette(
        ("#151d48", "#22306a", "#394685", "#686199", "#b0809c"),
        "#fdf3cf",
        "#2a3d78",
        "#ffcf6b",
        "#0c1234",
        "#2f3a80",
        0.45,
    ),
    "plum": Palette(
        ("#2d1745", "#4a2360", "#733471", "#a54c73", "#dc7a6f"),
        "#ffe9b8",
        "#54306a",
        "#ffd070",
        "#1d0d33",
        "#54286a",
        0.36,
    ),
    "teal": Palette(
        ("#0d3b4f", "#15566a", "#2a7683", "#5d9c96", "#b9c79c"),
        "#fff2c6",
        "#1c5f70",
        "#ffd77a",
        "#082634",
        "#17596c",
        0.32,
    ),
}

MATERIALS = {
    "stone": "#e4d5b8",
    "white": "#f7f1e3",
    "yellow": "#f0bb4a",
    "pink": "#e89b94",
    "blue": "#7fb0cf",
    "roof": "#cb5b3b",
    "brick": "#ad4d35",
    "green": "#4c7d4b",
    "leaf": "#75a455",
    "pine": "#2f5f4c",
    "jacaranda": "#9270ba",
    "ink": "#24304a",
    "iron": "#44566a",
    "tile": "#2b5fa5",
    "wood": "#7d4d30",
    "gold": "#e2ad3b",
    "red": "#cb3a30",
    "cream": "#fbeed0",
    "bark": "#60463a",
    "sand": "#e3c48c",
    "basalt": "#3f4757",
    "cherry": "#a5182d",
    "concrete": "#b9b2a4",
    "teal": "#2d7f86",
    "magenta": "#cf4d82",
    "skin": "#e2ab84",
    "toast": "#b4682f",
}


def parse(colour: str) -> RGB:
    """Turn #rrggbb into numbers."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(first: RGB, second: RGB, share: float) -> RGB:
    """Blend a share of the second colour into the first."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue

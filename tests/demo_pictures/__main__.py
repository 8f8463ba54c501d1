"""Draw the pictures of the demo guide: OUT/pic-<place>/<place>.webp for every place."""

from __future__ import annotations

import argparse
from io import BytesIO
from pathlib import Path

from PIL import Image

from . import alfama, avenidas, baixa, belem, chiado, estrela, graca, oriente
from .canvas import HEIGHT, WIDTH
from .colours import PALETTES
from .scene import Scene

MAX_BYTES = 28_000
QUALITIES = (72, 69, 66, 63)
NEIGHBOURHOODS = (alfama, graca, baixa, chiado, estrela, belem, avenidas, oriente)


def encode(picture: Image.Image, name: str) -> bytes:
    """Downsample and pack a picture, easing the quality until it fits."""
    image = picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    size = 0
    for quality in QUALITIES:
        buffer = BytesIO()
        image.save(buffer, "WEBP", quality=quality, method=6)
        size = buffer.tell()
        if size <= MAX_BYTES:
            return buffer.getvalue()
    raise ValueError(f"the picture of {name} stays above {MAX_BYTES} bytes: {size}")


def draw_all(out: Path) -> None:
    """Draw the motif of every place and write it into its own folder."""
    for neighbourhood in NEIGHBOURHOODS:
        for name, (light, draw) in neighbourhood.PICTURES.items():
            scene = Scene(name, PALETTES[light])
            draw(scene)
            target = out / f"pic-{name}" / f"{name}.webp"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(encode(scene.image, name))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.demo_pictures", description=__doc__)
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder to write the pictures into")
    draw_all(parser.parse_args().out)

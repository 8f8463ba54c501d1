"""The motifs of Graça."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .landscape import bump, level

if TYPE_CHECKING:
    from .landscape import Contour
    from .scene import Pictures, Scene


def draw_graca(c: Scene) -> None:
    c.sky("bands", (560, 210, 58), 330)
    c.ground(bump(800, 200, 330, 200), "leaf-")
    c.castle(800, 222, 0.62)
    c.river(320, 420, 560)
    c.bridge(322, 330, 190, 74)
    c.rooftops(lambda x: 345 - 60 * math.exp(-(((x - 820) / 190) ** 2)), 5, 44, 46)
    c.pine(170, 600, 2.3)
    c.below(592, "stone-")
    for x in (420, 640):
        c.box(x, 600, 8, 62, "ink")
        c.oval(x, 538, 52, 9, "red")
    c.people(604, 1.3, (350, "tile"), (720, "white"))


def draw_senhora_do_monte(c: Scene) -> None:
    c.sky("bands", (170, 120, 46), 380)
    c.stars(70, 260)
    c.river(300, 400, 170)
    c.bridge(302, 250, 160, 60)
    c.rooftops(lambda x: 330 + 18 * math.sin(x / 90), 5, 38, 44)
    c.ground(bump(800, 400, 660, 300), "pine-")
    c.block(790, 440, 130, 130, "white")
    c.pediment(790, 310, 150, 60, "white")
    c.arch(780, 440, 40, 80, "pane")
    c.box(790, 252, 6, 50, "white")
    c.pine(620, 500, 1.6)
    c.pine(920, 470, 1.4)


def draw_sao_vicente(c: Scene) -> None:
    c.sky("waves", (150, 130, 50))
    c.cloud(780, 140, 1.1)
    c.block(480, 520, 320, 330, "white", 0.18)
    for x in (280, 680):
        c.block(x, 520, 130, 400, "white")
        c.box(x, 124, 150, 12, "stone-")
        c.dome(x, 112, 110, 62, "stone")
        c.box(x, 54, 12, 26, "stone-")
        c.arch(x - 10, 210, 46, 70, "pane")
        c.box(x - 10, 340, 40, 66, "pane")
        c.arch(x - 10, 490, 46, 90, "stone--")
    for y in (196, 350):
        c.box(480, y, 540, 12, "stone-")
    c.arcade(480, 520, 280, 130, 3, "ink")
    c.windows(480, 345, 300, 140, 3, 1)
    c.steps(480, 536, 420, 6, 14, 70, ("stone-", "stone"))
    c.below(612, "stone--")
    c.cypress(120, 616, 1.6)
    c.cypress(850, 616, 1.8)
    c.cypress(910, 616, 1.4)


def draw_pantheon(c: Scene) -> None:
    c.sky("rings", (480, 180, 0))
    c.gulls((190, 130), (250, 170), (770, 110))
    c.shore(420)
    c.river(418)
    c.block(480, 470, 520, 200, "white", 0.2)
    for x in (250, 710):
        c.block(x, 470, 120, 220, "white")
        c.box(x, 252, 134, 14, "stone-")
    c.block(480, 276, 250, 76, "white", 0.3)
    c.windows(480, 276, 240, 80, 7, 1, "pane", True)
    c.box(480, 204, 276, 14, "stone-")
    c.dome(480, 190, 250, 130, "white+")
    for dx in (-70, 0, 70):
        c.line([(480 + dx, 188), (480 + dx * 0.5, 84), (480, 62)], "stone-", 3)
    c.lathe(480, 64, 1, ((20, 0), (20, 26), (10, 36), (2, 60), (0, 64)), "white")
    c.box(480, 290, 560, 14, "stone-")
    c.arch(480, 470, 100, 150, "ink")
    c.columns(480, 470, 180, 170, 4, "white+")
    c.windows(330, 450, 110, 130, 2, 2)
    c.windows(630, 450, 110, 130, 2, 2)
    c.rooftops(level(450), 4, 48)


def draw_flea_market(c: Scene) -> None:
    c.sky("bands", (130, 100, 40), 420)
    c.dome(760, 210, 190, 100, "white")
    c.block(760, 330, 250, 122, "white")
    c.street(400, ((90, 190, 170, "yellow"), (290, 190, 210, "pink"), (480, 170, 160, "blue")))
    c.tree(620, 420, 1.7)
    c.tree(900, 420, 2)
    c.below(400, "stone")
    for i in range(12):
        x = 40 + i * 40
        c.poly([(x, 300), (x + 40, 300), (x + 30 + i, 360), (x - 12 + i, 360)], "red" if i % 2 else "cream")
    for x in (50, 500):
        c.box(x, 520, 8, 170, "wood")
    c.poly([(60, 470), (940, 440), (980, 620), (-20, 620)], "tile")
    c.poly([(86, 484), (910, 458), (938, 600), (20, 600)], "tile++")
    c.lathe(180, 570, 1.5, ((30, 0), (34, 5), (8, 14), (8, 44), (30, 62), (26, 98), (16, 104)), "teal")
    c.lathe(310, 580, 1.2, ((26, 0), (40, 30), (38, 60), (16, 84), (22, 100)), "magenta")
    c.box(480, 575, 130, 60, "wood")
    c.line([(490, 515), (505, 440)], "gold", 11)
    c.poly([(506, 450), (420, 350), (560, 360)], "gold")
    c.oval(490, 354, 72, 22, "gold-")
    c.frame(650, 560, 90, 110, "sky1")
    c.disc(650, 500, 22, "sun")
    c.box(800, 580, 120, 14, "red")
    c.box(806, 566, 110, 14, "yellow")
    c.box(796, 552, 116, 14, "green")
    c.lathe(800, 538, 0.9, ((24, 0), (30, 12), (10, 24), (10, 54), (50, 56), (30, 104), (0, 108)), "pink")


def terrace(y: float, tilt: float, phase: float) -> Contour:
    """Return the contour of one terrace of the garden."""
    return lambda x: y + tilt * x + 10 * math.sin(x / 150 + phase)


def draw_cerca_da_graca(c: Scene) -> None:
    c.sky("waves", (760, 110, 44), 330)
    c.block(300, 300, 480, 130, "white", 0.1)
    c.box(300, 172, 500, 16, "roof")
    c.windows(300, 300, 460, 120, 9, 2)
    c.tower(520, 300, 60, 200, "white", 3)
    for i, (y, fill) in enumerate(((300, "leaf"), (370, "green"), (450, "leaf"), (540, "leaf+"))):
        tilt = -0.05 if i % 2 else 0.05
        c.ground(terrace(y, tilt, i), fill)
        for j in range(9 - i):
            x = 60 + j * (110 + 16 * i) + 30 * i
            if i < 3:
                c.tree(x, y + 46 + tilt * x, 0.55 + 0.16 * i, "pine" if i % 2 else "green")
                c.disc(x - 8, y + 6 + tilt * x - 10 * i, 4 + i, "yellow")
    c.poly([(420, 640), (560, 640), (640, 540), (520, 450), (500, 456), (590, 540)], "sand")
    c.person(680, 600, 1.2, "red")
    c.person(720, 606, 0.9, "yellow")


PICTURES: Pictures = {
    "miradouro-da-graca": ("gold", draw_graca),
    "miradouro-da-senhora-do-monte": ("indigo", draw_senhora_do_monte),
    "sao-vicente-de-fora": ("cream", draw_sao_vicente),
    "panteao-nacional": ("rose", draw_pantheon),
    "feira-da-ladra": ("mint", draw_flea_market),
    "jardim-da-cerca-da-graca": ("azure", draw_cerca_da_graca),
}

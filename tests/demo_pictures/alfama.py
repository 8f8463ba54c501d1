"""The motifs of Alfama."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .canvas import smooth
from .landscape import bump

if TYPE_CHECKING:
    from .scene import Pictures, Scene


def draw_castle(c: Scene) -> None:
    c.sky("rings", (300, 190, 62))
    c.ground(bump(520, 262, 430, 330), "leaf-")
    c.castle(520, 290, 1.25)
    for x in range(180, 900, 62):
        c.tree(x, bump(520, 320, 440, 330)(x), 0.55, c.rng.choice(("green", "pine")))
    c.rooftops(bump(520, 330, 440, 380), 5, 56)


def draw_cathedral(c: Scene) -> None:
    c.sky("bands", (820, 110, 48))
    c.cloud(150, 150, 1)
    c.street(560, ((70, 170, 230, "pink"), (890, 170, 260, "yellow")))
    c.block(480, 560, 300, 300, "stone", 0.2)
    c.crenels(480, 260, 260, "stone", 8)
    for x in (300, 660):
        c.tower(x, 560, 170, 440, "stone", 5)
        c.arch(x - 8, 250, 44, 92, "pane")
        c.arch(x - 8, 390, 24, 66, "pane")
    c.rose(480, 330, 50)
    for k in range(4):
        c.arch(480, 560, 150 - 26 * k, 150 - 16 * k, ("stone--", "stone", "stone--", "ink")[k])
    c.below(556, "stone--")
    c.rails(600, 618)
    c.tram(230, 616, 1)


def draw_portas_do_sol(c: Scene) -> None:
    c.sky("rings", (640, 270, 66))
    c.shore(300)
    c.river(298, 460, 640)
    c.sail(800, 350, 0.5)
    c.rooftops(lambda x: 290 + 0.00016 * (x - 40) ** 2 + 0.02 * x, 5, 50, 46)
    for x in (130, 215):
        c.block(x, 300, 44, 150, "white")
        c.dome(x, 150, 44, 34, "white")
        c.arch(x - 5, 210, 16, 40, "pane")
    c.block(172, 300, 60, 100, "white", 0)
    c.palm(880, 560, 1.7, "pine")
    c.balustrade(540)


def draw_santa_luzia(c: Scene) -> None:
    c.sky("waves", (250, 130, 46), 300)
    c.shore(290)
    c.river(288, 420)
    c.sail(560, 350, 0.7)
    c.rooftops(lambda x: 360 + 12 * math.sin(x / 110), 2, 76)
    c.below(490, "stone-")
    c.azulejos(480, 590, 960, 96, 96)
    c.band(472, 488, "white")
    for x in (60, 345, 620, 900):
        c.block(x, 480, 34, 400, "white", 0.4)
        c.box(x, 92, 54, 16, "white-")
    c.band(56, 80, "wood")
    for _ in range(48):
        u = c.rng.uniform(0, 960)
        v = 36 + abs(c.rng.gauss(0, 36)) + (50 if u > 780 or u < 120 else 0)
        c.disc(u, v, c.rng.uniform(17, 31), c.rng.choice(("magenta", "magenta-", "magenta+", "green")))


def draw_guitar(c: Scene) -> None:
    c.sky("rings", (690, 200, 70))
    c.wave(560, 16, 700, 1, "sky0")
    with c.turned(38, 430, 400):
        body = smooth(((0, 0), (125, 0), (190, 85), (186, 200), (96, 276), (36, 300), (22, 340)))
        c.lathe(430, 612, 1.06, body, "wood-")
        c.lathe(430, 600, 1, body, "toast+")
        c.disc(430, 425, 56, "wood-")
        c.ring(430, 425, 62, "cream", 4)
        c.disc(430, 425, 44, "ink")
        c.box(430, 380, 38, 330, "ink")
        for i in range(11):
            c.box(430, 365 - i * 28, 38, 3, "gold")
        c.box(430, 530, 110, 14, "ink")
        c.poly([(408, 50), (452, 50), (490, -40), (370, -40)], "wood")
        for i in range(12):
            x = 415.5 + i * 2 + i // 2 * 1.5
            c.line([(x, 528), (x, 40)], "white+", 1)
            c.disc(375 + i * 10, -46 - 10 * math.sin(i / 11 * math.pi), 6, "gold")


def draw_santo_antonio(c: Scene) -> None:
    c.sky("rays", (480, 250, 0))
    c.street(570, ((90, 210, 260, "blue"), (880, 200, 230, "cream")))
    c.block(480, 570, 400, 330, "white", 0.16)
    c.poly([(280, 246), (330, 226), (380, 160), (480, 92), (580, 160), (630, 226), (680, 246)], "stone-")
    c.poly([(330, 240), (400, 172), (480, 118), (560, 172), (630, 240)], "white")
    c.rose(480, 196, 26)
    c.columns(480, 570, 372, 322, 4, "stone")
    for x, h in ((350, 120), (480, 170), (610, 120)):
        c.arch(x, 570, 72, h, "ink")
        c.box(x, 360, 50, 74, "pane")
    c.box(480, 84, 8, 60, "ink")
    c.box(480, 64, 34, 8, "ink")
    for row, sag in ((60, 60), (300, 50)):
        for i in range(24):
            x = i * 42
            y = row + sag * math.sin((i % 12) / 11 * math.pi)
            c.poly([(x, y), (x + 34, y), (x + 17, y + 36)], ("magenta", "yellow", "green", "tile", "red")[i % 5])
    c.paving(568, 4)


def draw_casa_dos_bicos(c: Scene) -> None:
    c.below(0, "sky2")
    c.block(480, 600, 840, 560, "sand", 0)
    for row in range(11):
        for col in range(17):
            x, y = 80 + col * 50, 65 + row * 50
            c.poly([(x, y - 24), (x - 24, y), (x, y)], "sand++")
            c.poly([(x, y - 24), (x + 24, y), (x, y)], "sand-")
            c.poly([(x, y + 24), (x - 24, y), (x, y)], "sand-")
            c.poly([(x, y + 24), (x + 24, y), (x, y)], "sand---")
    for x, y, w, h in ((180, 280, 120, 170), (400, 280, 90, 150), (560, 280, 90, 150), (780, 280, 120, 170)):
        c.arch(x, y, w, h, "white", 0.3)
        c.arch(x, y - 6, w - 26, h - 24, "pane", 0.3)
        c.box(x, y - 6, 7, h - 30, "white")
    for x, w, h in ((150, 100, 150), (330, 80, 190), (500, 100, 160), (680, 80, 190), (830, 80, 140)):
        c.box(x, 600, w + 24, h + 14, "white")
        c.box(x, 600, w, h, "ink")
    c.below(600, "stone--")
    c.tree(905, 620, 1.9, "green")


PICTURES: Pictures = {
    "castelo-de-sao-jorge": ("gold", draw_castle),
    "se-de-lisboa": ("azure", draw_cathedral),
    "miradouro-das-portas-do-sol": ("coral", draw_portas_do_sol),
    "miradouro-de-santa-luzia": ("azure", draw_santa_luzia),
    "museu-do-fado": ("plum", draw_guitar),
    "igreja-de-santo-antonio": ("rose", draw_santo_antonio),
    "casa-dos-bicos": ("mint", draw_casa_dos_bicos),
}

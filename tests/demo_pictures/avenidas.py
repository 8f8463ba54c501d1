"""The motifs of the Avenidas."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .canvas import smooth
from .landscape import level

if TYPE_CHECKING:
    from .scene import Pictures, Scene

ONION = ((1, 0), (1.15, 0.35), (1.05, 0.8), (0.62, 1.25), (0.2, 1.65), (0.04, 2.2), (0, 2.6))


def draw_gulbenkian(c: Scene) -> None:
    c.sky("bands", (240, 110, 0), 340)
    for x in range(20, 960, 70):
        c.tree(x, 330, 1.3 + 0.5 * math.sin(x), "green" if x % 3 else "pine")
    c.block(560, 400, 700, 60, "concrete", 0.1)
    c.box(540, 350, 860, 46, "concrete+")
    c.box(540, 310, 860, 8, "concrete-")
    c.box(620, 306, 520, 50, "pane")
    c.box(600, 260, 640, 46, "concrete+")
    c.box(600, 222, 640, 8, "concrete-")
    c.box(560, 400, 690, 44, "pane")
    c.posts(230, 400, 6, 46, "concrete", 12, 60)
    c.band(400, 430, "leaf")
    c.below(428, "river+")
    for y, w, fill in ((446, 700, "pane"), (480, 820, "concrete"), (530, 500, "concrete-"), (560, 600, "concrete")):
        c.box(560, y, w, 10, fill)
    for i in range(7):
        c.poly(
            [
                (150 + i * 40, 640 - i * 30),
                (240 + i * 34, 640 - i * 30),
                (250 + i * 34, 626 - i * 30),
                (165 + i * 40, 626 - i * 30),
            ],
            "concrete+",
        )
    c.reeds(80, 640, 1.8)
    c.reeds(860, 640, 2)
    c.reeds(760, 650, 1.2)


def draw_gulbenkian_garden(c: Scene) -> None:
    c.sky("rings", (700, 150, 52))
    for i in range(3):
        c.wave(230 + i * 44, 22, 300 - 40 * i, i * 2, ("leaf-", "green", "pine")[i])
    c.tree(140, 360, 2.4, "green")
    c.tree(860, 360, 2, "jacaranda")
    c.band(352, 372, "leaf+")
    c.river(370)
    for x, y, r in ((180, 470, 60), (280, 520, 46), (700, 560, 64), (620, 500, 40)):
        c.oval(x, y, r, r * 0.28, "green")
        c.poly([(x, y), (x + r * 1.1, y - 6), (x + r * 1.1, y + 10)], "river")
        c.disc(x - 12, y - 12, 11, "magenta+")
    for x, y, k in ((470, 450, 1), (540, 470, 1), (400, 580, -1)):
        c.dome(x, y, 70, 26, "wood")
        c.oval(x, y, 34, 9, "wood")
        c.disc(x + 30 * k, y - 30, 14, "pine")
        c.poly([(x + 40 * k, y - 34), (x + 60 * k, y - 27), (x + 40 * k, y - 24)], "yellow")
    for x, s in ((50, 2.6), (160, 1.8), (830, 2), (920, 2.8)):
        c.reeds(x, 650, s)


def draw_parque(c: Scene) -> None:
    c.sky("bands", (480, 110, 44), 250)
    c.shore(232, "sky1-")
    c.river(230, 270)
    c.rooftops(level(262), 2, 30, 20)
    c.block(480, 330, 26, 110, "stone", 0.4)
    c.person(480, 222, 0.7, "green-")
    c.below(318, "green-")
    for k in (-1, 1):
        c.poly([(480 + k * 130, 320), (480 + k * 165, 320), (480 + k * 520, 640), (480 + k * 380, 640)], "white")
        c.poly([(480 + k * 172, 320), (480 + k * 300, 320), (480 + k * 900, 640), (480 + k * 540, 640)], "leaf-")
        for i in range(6):
            c.tree(480 + k * (220 + 62 * i), 346 + 40 * i, 0.7 + 0.25 * i, "jacaranda" if i % 2 else "green")
    c.path(320, 248, 732, "leaf")
    for i in range(6):
        t, b = (i / 6) ** 1.4, ((i + 0.82) / 6) ** 1.4
        y, v = 322 + 318 * t, 322 + 318 * b
        for k in (-1, 1):
            for a, z in ((0.04, 0.98), (0.16, 0.84), (0.3, 0.7)):
                p, q = 122 + 240 * t, 122 + 240 * b
                s = a * 0.6
                u, w = y + (v - y) * s, v - (v - y) * s
                c.poly(
                    [(480 + k * p * a, u), (480 + k * p * z, u), (480 + k * q * z, w), (480 + k * q * a, w)],
                    "pine" if a in (0.04, 0.3) else "leaf+",
                )


def draw_greenhouse(c: Scene) -> None:
    c.below(0, "sky4")
    for i in range(-8, 9):
        c.poly([(470 + i * 34, 250), (488 + i * 34, 250), (516 + i * 140, 0), (444 + i * 140, 0)], "wood")
    for y in (60, 160):
        c.box(480, y, 960, 9 - y / 40, "wood-")
    c.below(250, "pine")
    c.wave(300, 24, 260, 0, "pine-")
    c.path(320, 60, 420, "sand")
    for k in (-1, 1):
        for i in range(3):
            c.block(480 + k * (130 + 130 * i), 380 + 90 * i, 14 + 8 * i, 200 + 160 * i, "bark", 0.4)
        for i in range(3):
            c.palm(480 + k * (170 + 120 * i), 410 + 60 * i, 0.8 + 0.3 * i, "leaf")
            c.fern(480 + k * (150 + 125 * i), 460 + 90 * i, 0.9 + 0.45 * i, ("green+", "leaf+", "leaf")[i], 7)
    for x, y in ((330, 520), (640, 540)):
        c.leaf(x, y, 90, 60, 40, "red")
        c.box(x, y - 10, 5, 40, "yellow")


def draw_campo_pequeno(c: Scene) -> None:
    c.sky("waves", (790, 140, 56))
    c.block(480, 540, 860, 190, "brick", 0.12)
    c.crenels(480, 350, 860, "brick", 30)
    for y in (400, 450, 500):
        c.box(480, y, 860, 6, "brick+")
    c.arcade(480, 530, 850, 130, 15, "pane", 0.3)
    for x, s, h in ((110, 32, 250), (850, 32, 250), (350, 40, 310), (610, 40, 310)):
        c.block(x, 540, s * 2.2, h, "brick", 0.3)
        c.box(x, 544 - h, s * 2.6, 12, "brick+")
        c.lathe(x, 534 - h, s, ONION, "tile")
        c.arch(x, 600 - h, s, 44, "pane", 0.2)
    c.block(480, 540, 190, 270, "brick+", 0.2)
    c.crenels(480, 270, 190, "brick+", 8)
    c.arches(480, 540, (140, 210, "brick-"), (104, 180, "ink"))
    c.arcade(480, 324, 160, 34, 5, "pane")
    c.below(538, "sand")
    c.paving(590, 3)
    c.tree(240, 576, 1.2)
    c.tree(730, 576, 1.2)


def draw_modern_church(c: Scene) -> None:
    c.sky("rays", (230, 110, 40))
    c.block(400, 560, 470, 300, "cream", 0.14)
    c.poly([(165, 262), (400, 180), (635, 262)], "cream")
    c.poly([(165, 262), (400, 180), (635, 262), (635, 276), (400, 196), (165, 276)], "stone--")
    for i in range(3):
        c.arch(400, 560, 190 - i * 36, 320 - i * 30, ("stone-", "stone", "ink")[i])
    for i, fill in enumerate(("red", "yellow", "tile", "green", "magenta", "yellow", "tile", "red", "gold")):
        c.box(366 + (i % 3) * 34, 400 - (i // 3) * 36, 28, 30, fill)
    c.windows(236, 540, 110, 220, 2, 1)
    c.windows(560, 540, 110, 220, 2, 1)
    c.block(740, 560, 90, 440, "cream", 0.35)
    c.block(740, 122, 60, 56, "cream", 0.35)
    c.lathe(740, 68, 1, ((24, 0), (4, 36), (0, 40)), "teal")
    for y in (230, 330, 430):
        for dx in (-24, 0, 24):
            c.box(740 + dx, y, 8, 70, "pane")
    c.box(740, 30, 5, 40, "cream")
    c.below(558, "stone---")
    c.steps(400, 574, 300, 3, 16, 60, ("stone", "stone-"))
    c.cypress(100, 590, 1.8)
    c.cypress(870, 590, 1.6)


def draw_versailles(c: Scene) -> None:
    c.below(0, "cream")
    for x in (170, 480, 790):
        c.arches(x, 470, (250, 410, "wood"), (222, 388, "gold"), (206, 372, "blue+"), point=0.15)
        for k in (-1, 1):
            c.line([(x + k * (108 - 60 * math.sin(t / 5)), 200 - t * 11) for t in range(13)], "wood", 5)
        c.line([(x - 50, 380), (x + 30, 180)], "blue++", 24)
    c.line([(480, 0), (480, 90)], "gold-", 5)
    for i in range(7):
        u = (i - 3) * 40
        c.line([(480, 90), (480 + u, 150 - abs(i - 3) * 8), (480 + u, 132 - abs(i - 3) * 8)], "gold-", 5)
        c.oval(480 + u, 122 - abs(i - 3) * 8, 8, 14, "sun")
    c.below(470, "wood-")
    c.band(470, 494, "white")
    teapot = smooth(((44, 0), (80, 20), (80, 80), (40, 104), (26, 104), (10, 120), (14, 134), (0, 138)))
    c.lathe(250, 500, 1.2, teapot, "teal")
    c.line([(320, 450), (364, 420), (380, 380)], "teal", 17)
    c.ring(166, 430, 34, "teal-", 11)
    for w, y in ((150, 486), (104, 410), (60, 346)):
        c.oval(560, y, w, 12, "gold")
        for i in range(w // 20):
            cake = 560 - w + 24 + i * (2 * w - 48) / max(1, w // 20 - 1)
            c.dome(cake, y - 8, 42, 34, ("pink", "toast", "cream", "green+", "cherry")[i % 5])
            c.disc(cake, y - 44, 6, "red")
    c.box(560, 496, 12, 180, "gold-")
    c.cup(800, 500, 0.85)
    c.azulejos(480, 640, 960, 80, 80)


def draw_cistern(c: Scene) -> None:
    c.below(0, "stone---")
    c.disc(480, 240, 250, "stone--")
    for x, w in ((80, 300), (480, 330), (880, 300)):
        c.arches(x, 430, (w, 400, "stone--" if x != 480 else "stone-"), (w - 56, 370, "sky2" if x != 480 else "sky3"))
    c.arches(480, 430, (170, 250, "stone-"), (130, 226, "sky4"))
    c.below(420, "river")
    for x in (280, 680):
        c.block(x, 470, 92, 420, "stone", 0.4)
        c.box(x, 90, 124, 26, "stone+")
        c.box(x, 484, 120, 26, "stone-")
        c.poly([(x - 46, 484), (x + 46, 484), (x + 34, 620), (x - 34, 620)], "river+")
    for k in (-1, 1):
        c.line(
            [
                (480 + k * 200 - 200 * math.cos(t / 20 * math.pi), 70 - 70 * math.sin(t / 20 * math.pi))
                for t in range(21)
            ],
            "stone",
            22,
        )
    for i in range(12):
        c.box(480 + 22 * (-1) ** i, 446 + i * 17, 150 - i * 9, 5, "sun" if i % 3 else "sky4")
        c.box(c.rng.uniform(50, 900), 450 + i * 15, c.rng.uniform(50, 150), 4, "river++")
    c.poly([(440, 424), (470, 340), (490, 300), (510, 350), (524, 424)], "white+")


PICTURES: Pictures = {
    "museu-gulbenkian": ("cream", draw_gulbenkian),
    "jardim-gulbenkian": ("mint", draw_gulbenkian_garden),
    "parque-eduardo-vii": ("azure", draw_parque),
    "estufa-fria": ("teal", draw_greenhouse),
    "campo-pequeno": ("rose", draw_campo_pequeno),
    "nossa-senhora-de-fatima": ("teal", draw_modern_church),
    "versailles": ("gold", draw_versailles),
    "mae-dagua": ("indigo", draw_cistern),
}

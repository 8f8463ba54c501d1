"""The motifs of Estrela."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .canvas import smooth
from .landscape import bump

if TYPE_CHECKING:
    from .scene import Pictures, Scene


def draw_principe_real(c: Scene) -> None:
    c.sky("waves", (480, 140, 0), 400)
    c.street(430, ((80, 190, 210, "pink"), (270, 170, 170, "yellow"), (690, 180, 190, "blue"), (880, 190, 220, "pink")))
    c.below(425, "leaf")
    c.oval(480, 560, 430, 76, "sand")
    c.oval(480, 556, 250, 34, "green-")
    c.poly([(440, 560), (462, 400), (420, 300), (540, 300), (502, 400), (524, 560)], "bark")
    for k in (-1, 1):
        for i in range(3):
            c.line([(480, 380 - i * 20), (480 + k * (150 + 110 * i), 270)], "bark", 16 - 3 * i)
    for x, y, rx in (
        (150, 250, 130),
        (810, 250, 130),
        (300, 220, 160),
        (660, 220, 160),
        (480, 180, 230),
        (480, 260, 330),
    ):
        c.oval(x, y, rx, 46, "pine" if rx > 200 else "pine+")
    for x in (130, 250, 710, 830):
        c.box(x, 540, 7, 270, "iron")
    c.box(480, 276, 760, 7, "iron")
    for x in (240, 720):
        c.box(x, 566, 130, 9, "red")
        c.box(x, 540, 130, 9, "red")
        c.box(x - 50, 592, 7, 60, "ink")
        c.box(x + 50, 592, 7, 60, "ink")
    c.person(700, 566, 1.1, "yellow")


def draw_estrela(c: Scene) -> None:
    c.sky("rings", (480, 250, 0))
    c.lathe(
        480,
        290,
        1,
        ((90, 0), (90, 66), (100, 70), (96, 110), (78, 160), (40, 196), (16, 206), (16, 236), (4, 258), (0, 276)),
        "white",
    )
    c.windows(480, 288, 170, 66, 5, 1, "pane", True)
    c.block(480, 540, 330, 250, "white", 0.16)
    c.pediment(480, 292, 340, 80, "white")
    for x in (270, 690):
        c.block(x, 540, 100, 330, "white")
        c.box(x, 214, 116, 12, "stone-")
        c.lathe(x, 204, 1, ((38, 0), (38, 50), (44, 54), (30, 84), (8, 104), (2, 130), (0, 132)), "stone")
        c.arch(x - 8, 290, 40, 62, "pane")
        c.arch(x - 8, 420, 36, 70, "pane")
        c.arch(x - 8, 540, 44, 84, "ink")
    c.columns(480, 540, 270, 150, 4, "stone")
    c.arcade(480, 540, 270, 116, 3, "ink")
    c.box(480, 388, 330, 10, "stone-")
    c.windows(480, 376, 280, 80, 3, 1)
    c.below(538, "stone--")
    c.rails(596, 616)
    c.tree(80, 560, 2, "green")
    c.tree(890, 560, 2.2, "green")
    c.tram(720, 614, 0.85)


def draw_bandstand(c: Scene) -> None:
    c.sky("bands", (0, 0, 0), 380)
    for x, s, fill in ((60, 3, "green"), (220, 2.2, "jacaranda"), (730, 2.3, "jacaranda"), (900, 3.2, "green")):
        c.tree(x, 470, s, fill)
    c.dome(480, 300, 150, 70, "white")
    c.below(440, "leaf")
    c.path(540, 200, 560, "sand")
    c.lathe(480, 560, 1, ((200, 0), (200, 56)), "stone")
    c.box(480, 508, 416, 12, "stone+")
    c.box(480, 500, 330, 210, "sky3")
    for i in range(7):
        x = 300 + i * 60
        c.box(x, 504, 9, 220, "pine")
        c.arch(x + 30, 320, 50, 26, "leaf")
    c.posts(300, 502, 3, 46, "pine", 31, 12)
    c.box(480, 460, 370, 6, "pine")
    c.lathe(480, 296, 1, ((236, 0), (228, 14), (130, 62), (64, 78), (64, 100), (30, 128), (6, 144), (2, 180)), "green")
    c.box(480, 300, 480, 12, "pine")
    for i in range(13):
        c.disc(252 + i * 38, 304, 13, "pine")
    c.person(230, 610, 1.2, "red")
    c.person(720, 616, 1.2, "tile")


def draw_botanical(c: Scene) -> None:
    c.sky("rings", (480, 220, 70))
    c.ground(bump(480, 360, 420, 500), "pine")
    c.below(430, "green")
    c.path(430, 36, 440, "sand")
    for i in range(5):
        s = 0.7 + 0.38 * i
        for k in (-1, 1):
            c.palm(480 + k * (80 + 82 * i) - 4, 440 + 42 * i, s, "green" if i % 2 else "leaf")
    for x, s in ((60, 1.6), (250, 1), (720, 1), (900, 1.7)):
        c.fern(x, 650, s, "leaf")


def draw_parliament(c: Scene) -> None:
    c.sky("rays", (480, 120, 0))
    c.block(480, 440, 900, 230, "white", 0.1)
    c.box(480, 212, 920, 14, "stone-")
    for x in (170, 790):
        c.windows(x, 420, 260, 200, 6, 2)
    c.block(480, 440, 350, 250, "stone", 0)
    c.arcade(480, 440, 320, 110, 5, "ink")
    c.windows(480, 310, 320, 100, 5, 1)
    c.columns(480, 440, 310, 234, 6, "white+")
    c.box(480, 206, 370, 20, "white-")
    c.pediment(480, 188, 380, 100, "white")
    c.disc(480, 154, 18, "gold")
    c.steps(480, 460, 380, 10, 20, 52, ("white", "stone"))
    for x in (150, 810):
        c.block(x, 590, 100, 70, "stone", 0.3)
        c.oval(x, 500, 52, 24, "white")
        c.disc(x + (40 if x < 480 else -40), 470, 26, "sand")
        c.disc(x + (44 if x < 480 else -44), 474, 15, "white")
    c.box(480, 88, 5, 84, "ink")
    c.poly([(482, 6), (552, 6), (552, 48), (482, 48)], "red")
    c.poly([(482, 6), (510, 6), (510, 48), (482, 48)], "green")


def draw_pessoa(c: Scene) -> None:
    c.sky("rays", (480, 330, 0))
    c.disc(480, 330, 240, "sun")
    c.poly([(290, 640), (340, 560), (450, 520), (510, 520), (620, 560), (670, 640)], "ink")
    c.poly([(440, 530), (520, 530), (480, 640)], "white")
    c.poly([(480, 560), (430, 535), (430, 590)], "cherry")
    c.poly([(480, 560), (530, 535), (530, 590)], "cherry")
    c.lathe(480, 546, 1, smooth(((24, 0), (60, 0), (98, 70), (108, 200), (104, 266), (0, 266))), "skin")
    c.poly([(480, 400), (466, 452), (498, 452)], "skin--")
    c.poly([(480, 462), (436, 484), (524, 484)], "ink")
    for x in (434, 526):
        c.disc(x, 376, 38, "white+")
        c.ring(x, 376, 38, "ink", 7)
        c.disc(x, 378, 8, "ink")
    c.line([(470, 370), (490, 370)], "ink", 7)
    c.line([(398, 368), (376, 360)], "ink", 7)
    c.line([(562, 368), (584, 360)], "ink", 7)
    c.oval(480, 298, 190, 26, "ink")
    c.lathe(480, 296, 1, smooth(((112, 0), (108, 120), (90, 156), (40, 146), (0, 122))), "ink+")
    c.box(480, 290, 222, 26, "cherry")
    for i, fill in enumerate(("tile", "yellow", "cherry", "green", "cream")):
        c.box(110 + (i % 2) * 12, 640 - i * 34, 170, 32, fill)
        c.box(850 - (i % 2) * 12, 640 - i * 34, 170, 32, ("green", "red", "cream", "tile", "yellow")[i])


def draw_old_masters(c: Scene) -> None:
    c.below(0, "teal-")
    c.below(520, "wood")
    c.band(508, 522, "cream")
    for i, w in enumerate((70, 70, 130, 130, 70, 70)):
        x = (130, 232, 364, 526, 658, 760)[i] + 35
        c.frame(x, 420, w, 280, "ink")
        for row in range(3):
            for j in range(w // 32):
                u = x - w / 2 + 20 + j * 31
                c.lathe(
                    u,
                    420 - row * 74,
                    0.9,
                    ((16, 0), (17, 40), (10, 54), (0, 56)),
                    ("cherry", "green", "gold", "tile", "white")[(i + j + 2 * row) % 5],
                )
                c.disc(u, 360 - row * 74, 10, "skin")
        if w > 100:
            c.lathe(x, 420, 1.6, ((24, 0), (26, 60), (14, 92), (0, 94)), "red")
            c.disc(x, 254, 20, "skin")
            c.ring(x, 250, 28, "gold", 4)
    c.box(480, 590, 300, 16, "bark")
    c.box(370, 636, 18, 50, "bark")
    c.box(590, 636, 18, 50, "bark")
    c.person(300, 630, 2.1, "yellow")
    c.line([(480, 0), (480, 60)], "gold", 5)
    c.poly([(420, 60), (540, 60), (560, 84), (400, 84)], "gold")


PICTURES: Pictures = {
    "jardim-do-principe-real": ("mint", draw_principe_real),
    "basilica-da-estrela": ("gold", draw_estrela),
    "jardim-da-estrela": ("azure", draw_bandstand),
    "jardim-botanico": ("teal", draw_botanical),
    "palacio-de-sao-bento": ("azure", draw_parliament),
    "casa-fernando-pessoa": ("coral", draw_pessoa),
    "museu-de-arte-antiga": ("rose", draw_old_masters),
}

"""Pictures of lemons and kiwis on a table, drawn from a seed: the demo ships no image files."""

import io
import math
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 800, 600
TABLES = ((176, 138, 96), (120, 96, 78), (204, 190, 168), (150, 160, 158), (92, 82, 84))
LEMONS = ((246, 212, 60), (238, 196, 44), (250, 224, 96))
KIWIS = ((118, 92, 54), (132, 104, 62), (104, 84, 52))
GAP = 12
TRIES = 60


@dataclass(frozen=True)
class Fruit:
    """One fruit on a picture.

    Attributes:
        kind: lemon or kiwi.
        x, y: its centre in image pixels.
        rx, ry: half its extent along x and y before it is turned.
        angle: degrees, counter-clockwise.
    """

    kind: str
    x: float
    y: float
    rx: float
    ry: float
    angle: float

    @property
    def outline(self) -> list[tuple[float, float]]:
        """Points on its border, in image pixels."""
        turn = math.radians(-self.angle)
        points = []
        for step in range(24):
            at = 2 * math.pi * step / 24
            tip = 1 + (0.16 * max(0.0, abs(math.cos(at)) - 0.86) / 0.14 if self.is_lemon else 0)
            px, py = self.rx * tip * math.cos(at), self.ry * math.sin(at)
            points.append(
                (
                    self.x + px * math.cos(turn) - py * math.sin(turn),
                    self.y + px * math.sin(turn) + py * math.cos(turn),
                )
            )
        return points

    @property
    def is_lemon(self) -> bool:
        """Whether it is a lemon."""
        return self.kind == "lemon"

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of its border, in image pixels."""
        xs = [point[0] for point in self.outline]
        ys = [point[1] for point in self.outline]
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def size(self) -> str:
        """small, medium or large, by its area."""
        area = math.pi * self.rx * self.ry
        return "small" if area < 5000 else "medium" if area < 9000 else "large"


@dataclass(frozen=True)
class Picture:
    """A drawn picture: its file's name and bytes (JPEG), and what is on it."""

    name: str
    content: bytes
    fruits: tuple[Fruit, ...]


class Drawings(Mapping[str, Picture]):
    """Pictures by name, each drawn when somebody looks at it for the first time.

    Arguments:
        numbers: which pictures there are.
    """

    def __init__(self, seed: int, numbers: Iterable[int]) -> None:
        self.seed = seed
        self.numbers = {picture_name(number): number for number in numbers}
        self.drawn: dict[str, Picture] = {}

    def __getitem__(self, name: str) -> Picture:
        if name not in self.drawn:
            self.drawn[name] = draw_picture(self.seed, self.numbers[name])
        return self.drawn[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)

    def some(self, numbers: Iterable[int]) -> "Drawings":
        """Those of these numbers, drawn once for both."""
        part = Drawings(self.seed, numbers)
        part.drawn = self.drawn
        return part


def picture_name(number: int) -> str:
    """The file name of a picture."""
    return f"fruit_{number:03}.jpg"


def draw_picture(seed: int, number: int) -> Picture:
    """The picture of that number; the same seed always gives the same one."""
    chance = random.Random(f"{seed}/{number}")
    fruits = _scatter(chance)
    canvas = _table(chance)
    _shade(canvas, fruits)
    for fruit in fruits:
        _draw(canvas, fruit, chance)
    stream = io.BytesIO()
    canvas.filter(ImageFilter.GaussianBlur(0.8)).save(stream, "JPEG", quality=86)
    return Picture(picture_name(number), stream.getvalue(), tuple(fruits))


def _scatter(chance: random.Random) -> list[Fruit]:
    """Fruits that do not overlap and lie whole within the picture."""
    fruits: list[Fruit] = []
    wanted = chance.randint(2, 7)
    for _try in range(TRIES):
        if len(fruits) == wanted:
            break
        fruit = _any_fruit(chance)
        if all(_apart(fruit, other) for other in fruits):
            fruits.append(fruit)
    return fruits


def _any_fruit(chance: random.Random) -> Fruit:
    kind = chance.choice(("lemon", "kiwi"))
    rx = chance.uniform(38, 72)
    ry = rx * (chance.uniform(0.66, 0.78) if kind == "lemon" else chance.uniform(0.82, 0.96))
    margin = rx * 1.25
    return Fruit(
        kind,
        chance.uniform(margin, WIDTH - margin),
        chance.uniform(margin, HEIGHT - margin),
        rx,
        ry,
        chance.uniform(0, 180),
    )


def _apart(one: Fruit, other: Fruit) -> bool:
    reach = (one.rx + other.rx) * 1.16 + GAP
    return math.hypot(one.x - other.x, one.y - other.y) > reach


def _table(chance: random.Random) -> Image.Image:
    """A table top with planks and grain."""
    tone = chance.choice(TABLES)
    canvas = Image.new("RGB", (WIDTH, HEIGHT), tone)
    pen = ImageDraw.Draw(canvas)
    plank = chance.randint(90, 150)
    for top in range(0, HEIGHT, plank):
        shade = chance.randint(-10, 10)
        pen.rectangle((0, top, WIDTH, top + plank), fill=_shift(tone, shade))
        for _line in range(14):
            y = chance.uniform(top, top + plank)
            drift = y + chance.uniform(-5, 5)
            pen.line((0, y, WIDTH, drift), fill=_shift(tone, shade - chance.randint(4, 14)))
        pen.line((0, top, WIDTH, top), fill=_shift(tone, -42), width=2)
    return canvas


def _shade(canvas: Image.Image, fruits: list[Fruit]) -> None:
    """The shadows of all fruits at once: blurring is what takes time."""
    shadow = Image.new("L", canvas.size, 0)
    pen = ImageDraw.Draw(shadow)
    for fruit in fruits:
        pen.polygon([(x + 9, y + 12) for x, y in fruit.outline], fill=120)
    canvas.paste((24, 18, 14), mask=shadow.filter(ImageFilter.GaussianBlur(8)))


def _draw(canvas: Image.Image, fruit: Fruit, chance: random.Random) -> None:
    """Body and light; freckles on lemons and fuzz on kiwis."""
    tone = chance.choice(LEMONS if fruit.is_lemon else KIWIS)
    pen = ImageDraw.Draw(canvas)
    pen.polygon(fruit.outline, fill=tone)
    _light(canvas, fruit)
    for _dot in range(70):
        at, far = chance.uniform(0, 2 * math.pi), math.sqrt(chance.random()) * 0.85
        x, y = fruit.x + math.cos(at) * fruit.ry * far, fruit.y + math.sin(at) * fruit.ry * far
        pen.point((x, y), fill=_shift(tone, -26 if fruit.is_lemon else 34))


def _light(canvas: Image.Image, fruit: Fruit) -> None:
    """The lamp's reflection, on a patch that is no larger than its blur reaches."""
    reach = round(fruit.rx * 1.5)
    patch = Image.new("L", (2 * reach, 2 * reach), 0)
    ImageDraw.Draw(patch).ellipse(
        (
            reach - fruit.rx * 0.6,
            reach - fruit.ry * 0.75,
            reach + fruit.rx * 0.15,
            reach - fruit.ry * 0.05,
        ),
        fill=110 if fruit.is_lemon else 60,
    )
    corner = (round(fruit.x) - reach, round(fruit.y) - reach)
    canvas.paste(
        (255, 252, 232),
        (*corner, corner[0] + 2 * reach, corner[1] + 2 * reach),
        mask=patch.filter(ImageFilter.GaussianBlur(fruit.rx / 5)),
    )


def _shift(tone: tuple[int, int, int], step: int) -> tuple[int, int, int]:
    red, green, blue = (max(0, min(255, part + step)) for part in tone)
    return red, green, blue

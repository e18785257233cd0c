"""Templates as the suites read them: what a browser would see if every tag rendered to nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

TRANSLATED = re.compile(
    r"{%\s*(blocktrans(?:late)?|comment)\b.*?{%\s*end\1\s*%}|{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL
)
READ_ALOUD = frozenset({"alt", "aria-label", "aria-description", "placeholder", "title"})
WORD = re.compile(r"[^\W\d_]{2,}")
# Keyboard keys, code and vector drawings are the same in every language.
UNSPOKEN = frozenset({"code", "kbd", "pre", "script", "style", "svg"})


@dataclass(frozen=True)
class Attribute:
    """One attribute in a template."""

    tag: str
    name: str
    value: str
    line: int


@dataclass(frozen=True)
class Words:
    """Text that stands in a template outside every translation tag."""

    text: str
    line: int


class Markup(HTMLParser):
    """The tags, attributes and bare words of one template."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.attributes: list[Attribute] = []
        self.words: list[Words] = []
        self.script_bodies: list[Words] = []
        self._open: list[str] = []
        self.feed(bare(path.read_text(encoding="utf-8")))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the attributes, and what is read aloud of them as words."""
        line = self.getpos()[0]
        for name, value in attrs:
            self.attributes.append(Attribute(tag, name, value or "", line))
            if name in READ_ALOUD and WORD.search(value or ""):
                self.words.append(Words(value or "", line))
        if tag in UNSPOKEN:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that opens nothing."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element whose text is not read."""
        if tag in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        """Keep the words that people read."""
        line = self.getpos()[0]
        if self._open and self._open[-1] in {"script", "style"} and data.strip():
            self.script_bodies.append(Words(data.strip(), line))
        elif not self._open and WORD.search(data):
            self.words.append(Words(" ".join(data.split()), line))


def bare(text: str) -> str:
    """A template without its tags; line numbers stay as they were."""
    return TRANSLATED.sub(lambda match: "\n" * match.group().count("\n"), text)


def spoken(path: Path) -> Iterator[Words]:
    """What a template says without translating it."""
    return iter(Markup(path).words)

"""The report read back with the standard library's parser."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "img", "input", "br", "hr", "track", "source", "wbr"}


@dataclass
class Element:
    """One element; `text` is all text inside it."""

    tag: str
    attributes: dict[str, str | None]
    parent: Element | None = None
    children: list[Element] = field(default_factory=list)
    own: list[str | Element] = field(default_factory=list)

    def get(self, name: str) -> str:
        return self.attributes.get(name) or ""

    def number(self, name: str) -> float:
        return float(self.get(name))

    @property
    def classes(self) -> set[str]:
        return set(self.get("class").split())

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.own)

    def all(self, tag: str = "", *classes: str) -> list[Element]:
        found = []
        for child in self.children:
            if (not tag or child.tag == tag) and set(classes) <= child.classes:
                found.append(child)
            found += child.all(tag, *classes)
        return found

    def one(self, tag: str = "", *classes: str) -> Element:
        (found,) = self.all(tag, *classes)
        return found


class PageReader(HTMLParser):
    """Builds a tree and refuses a page whose tags do not match."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]
        self.feed(page)
        self.close()
        assert self._open == [self.root], f"left open: {[e.tag for e in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add(tag, attrs, tag not in VOID)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add(tag, attrs, False)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].own.append(data)

    def _add(self, tag: str, attrs: list[tuple[str, str | None]], stays: bool) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice in <{tag}>: {names}"
        element = Element(tag, dict(attrs), self._open[-1])
        self._open[-1].children.append(element)
        self._open[-1].own.append(element)
        if stays:
            self._open.append(element)

"""HTML as plain text that reads well: for the text part of a mail."""

import re
from html.parser import HTMLParser
from textwrap import TextWrapper

WIDTH = 76
BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "ul", "ol", "dl", "dt", "dd", "table", "caption"}
BLOCKS |= {"tr", "li", "section", "article", "address", "blockquote", "figure", "figcaption", "nav"}
SILENT = {"style", "script", "svg", "title", "head"}
CELLS = {"td", "th"}


def plain_text(html: str) -> str:
    """The words of ``html``: one paragraph a block, lists with dashes or numbers, rows of tables
    with bars between the cells, and the address of a link after its text.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_block()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(reader.lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.words = ""
        self.prefix = ""
        self.silent = 0
        self.links: list[tuple[str, int]] = []
        # For each open list: the next number, or nothing where it has none.
        self.lists: list[int | None] = []
        self.is_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent += 1
        elif tag in CELLS:
            self.words += " | " if self.words.strip() else ""
        elif tag == "br":
            self.words += "\n"
        elif tag == "a":
            self.links.append((dict(attrs).get("href") or "", len(self.words)))
        elif tag in BLOCKS:
            self.end_block()
            if tag in ("ul", "ol"):
                self.lists.append(1 if tag == "ol" else None)
            elif tag == "li":
                self.prefix = self._mark()
            self.is_heading = tag in ("h1", "h2", "h3", "h4")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "a" and self.links:
            href, begins = self.links.pop()
            shown = self.words[begins:].strip()
            address = href.removeprefix("mailto:")
            if address and not address.startswith("#") and address != shown:
                self.words += f" ({address})"
        elif tag in BLOCKS:
            self.end_block(is_apart=tag not in ("li", "tr", "dt"))
            if tag in ("ul", "ol") and self.lists:
                self.lists.pop()
            self.is_heading = False

    def handle_data(self, data: str) -> None:
        if not self.silent:
            words = re.sub(r"\s+", " ", data)
            self.words += words.lstrip() if not self.words or self.words[-1] == "\n" else words

    def _mark(self) -> str:
        number = self.lists[-1] if self.lists else None
        if number is not None:
            self.lists[-1] = number + 1
        indent = "  " * max(0, len(self.lists) - 1)
        return f"{indent}- " if number is None else f"{indent}{number}. "

    def end_block(self, *, is_apart: bool = False) -> None:
        """Write down the words so far; ``is_apart`` leaves an empty line after them."""
        words = self.words.strip(" |\n")
        if words:
            for number, line in enumerate(re.sub(r" +", " ", words).split("\n")):
                self.lines += _wrapped(line.strip(), self.prefix if number == 0 else "")
            if self.is_heading:
                self.lines.append("-" * min(WIDTH, len(words)))
            self.prefix = ""
        self.words = ""
        if is_apart:
            self.lines.append("")


def _wrapped(line: str, prefix: str) -> list[str]:
    wrapper = TextWrapper(
        WIDTH,
        initial_indent=prefix,
        subsequent_indent=" " * len(prefix),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapper.wrap(line) or [""]

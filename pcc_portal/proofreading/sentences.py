"""Sentences that break off, and brackets and quotation marks without their other half."""

import re
from collections.abc import Iterator

from pcc_portal.findings import Finding

from .passages import Block, Passage

ENDS = (".", "!", "?", "…", ":", ";")
CLOSERS = "”\"’')]» "
# Nobody ends a sentence with one of these.
LEADS_ON = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at because but by for from if in into is its my nor of on or our so than "
        "that the their then these they this those to was we were where which while who whose with "
        "without your",
    )
)
# Fewer words than this are a label, as in “Online, by Teams”.
SENTENCE_WORDS = 6
PAIRS = {")": "(", "]": "[", "}": "{", "”": "“"}
NAMES = {
    "(": "bracket “(”",
    ")": "bracket “)”",
    "[": "bracket “[”",
    "]": "bracket “]”",
    "{": "bracket “{”",
    "}": "bracket “}”",
    "“": "quotation mark “",
    "”": "quotation mark ”",
}
# As in “a) first, b) second”, “5" pipe” and faces.
NOT_A_PAIR = re.compile(r"(?:(?<=\s)|^)(?:\d{1,2}|[a-z]|[ivx]{1,4})\)(?=\s)|[:;]-?[()]|(?<=\d)\"")


def check_sentences(passage: Passage) -> Iterator[Finding]:
    """Whether what is said is said to its end."""
    if not passage.is_label:
        yield from _check_end(passage)
    yield from _check_pairs(passage)


def _check_end(passage: Passage) -> Iterator[Finding]:
    prose = [block for block in passage.blocks if block.kind in ("p", "li")]
    if not prose:
        return
    last = prose[-1]
    broken = [block for block in prose if block is not last and block.kind == "p"]
    for block in [*broken, last]:
        is_over = _is_whole(block) if block is last else not _leads_on(block)
        if not is_over:
            yield passage.warning(
                "unfinished",
                f"this sentence seems to break off: “… {_last_words(block.text)}”.",
            )


def _is_whole(block: Block) -> bool:
    if block.text.rstrip(CLOSERS).endswith(ENDS) or not block.text.rstrip(CLOSERS):
        return True
    if _leads_on(block):
        return False
    return block.kind == "li" or len(block.text.split()) < SENTENCE_WORDS or _is_link(block.text)


def _is_link(text: str) -> bool:
    return bool(re.search(r"(?:https?://|www\.|@)\S+$", text))


def _leads_on(block: Block) -> bool:
    words = block.text.split()
    return len(words) > 1 and words[-1].strip("-–,(“").casefold() in LEADS_ON


def _last_words(text: str) -> str:
    return " ".join(text.split()[-5:])


def _check_pairs(passage: Passage) -> Iterator[Finding]:
    """A quotation over several paragraphs opens each of them and closes only the last."""
    found: list[str] = []
    quoted = 0
    for block in passage.blocks:
        text = NOT_A_PAIR.sub(lambda match: " " * len(match[0]), block.text)
        if quoted and text.startswith("“"):
            text = f" {text[1:]}"
        quoted = _pair_up(text, block.text, quoted, found)
        if text.count('"') % 2:
            at = text.rindex('"')
            found.append(f'the quotation mark " near {_near(block.text, at)}')
    if quoted:
        found.append("a quotation mark “ that is never closed")
    for what in found:
        closing = "" if what.endswith("closed") else " has no other half"
        yield passage.warning("unmatched", f"{what}{closing}.")


def _pair_up(text: str, printed: str, quoted: int, found: list[str]) -> int:
    """Adds to ``found`` what has no other half; returns how many quotations stay open."""
    open_at: list[tuple[str, int]] = []
    for at, sign in enumerate(text):
        if sign == "“":
            quoted += 1
        elif sign == "”":
            if quoted:
                quoted -= 1
            else:
                found.append(f"the {NAMES[sign]} near {_near(printed, at)}")
        elif sign in "([{":
            open_at.append((sign, at))
        elif sign in PAIRS:
            if open_at and open_at[-1][0] == PAIRS[sign]:
                open_at.pop()
            else:
                found.append(f"the {NAMES[sign]} near {_near(printed, at)}")
    found += [f"the {NAMES[sign]} near {_near(printed, at)}" for sign, at in open_at]
    return quoted


def _near(text: str, at: int) -> str:
    """The words around a place, for people to find it by."""
    start = text.rfind(" ", 0, max(0, at - 20)) + 1
    end = text.find(" ", at + 15)
    words = text[start : end if end >= 0 else len(text)].strip()[:80]
    return f"“{words}”"

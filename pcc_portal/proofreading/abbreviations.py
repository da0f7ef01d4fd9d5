"""Abbreviations that a member of the public could not know and that nothing explains."""

import re
from collections.abc import Iterable, Iterator, Sequence

from pcc_portal.findings import Finding

from .passages import Passage

# What everyone who reads about a police election knows, or what needs no words. The one list.
EVERYONE_KNOWS = frozenset(
    re.findall(
        r"\w+",
        """
        AD AGM AI AM BBC BC BMP BST CBE CCTV CD COVID CSV CV DBE DIY DL DNA DVD EU FAQ GB GDP GMT GP
        GPS HM HTML HTTP HTTPS ID IT ITV JP JPEG JPG KBE KC LGBT LGBTQ MBE MP MPS NE NHS NI NW OBE
        OK PA PC PCC PCCS PDF PFCC PFCCS PIN PM PNG PS PT QC QPM RIP RSVP SE SMS SUV SW TV UFO UK
        UN URL US USA USB UTC VAT VIP XML II III IV VI VII VIII IX XI XII
        """,
    )
)
SMALL_WORDS = frozenset(
    re.findall(r"\w+", "a an and at by for from in of on or over per the to under with")
)
ABBREVIATION = re.compile(
    r"(?<![\w&/@.-])([A-Z][A-Z0-9]*(?:&[A-Z]+)*\+?)(?:['’]?s)?(?![\w&@+]|-?\d|\.\w)"
)
# A postcode, a road, a reference: no abbreviation.
NOT_WORDS = re.compile(r"\d")
SHOUTED = re.compile(r"(?:\b[A-Z]{2,} (?:& )?){2,}[A-Z]{2,}")
MOST_CAPITALS = 0.6
LONGEST = 8
# A longer word in capitals is shouted.
LONGEST_ONE = 6
# A name stands within so many characters before its abbreviation in brackets.
NEAR = 90


def check_abbreviations(
    passages: Sequence[Passage], explained: Iterable[str] = ()
) -> Iterator[Finding]:
    """Each abbreviation once, at the first place it stands; ``explained`` are those of a glossary.

    One that is spelt out anywhere in the passages is explained.
    """
    text = "\n".join(passage.text for passage in passages)
    names = _names(text)
    known = EVERYONE_KNOWS | {term.upper() for term in explained}
    told: set[str] = set()
    for passage in passages:
        for abbreviation in _abbreviations(passage):
            if abbreviation in told or abbreviation.rstrip("+") in known:
                continue
            told.add(abbreviation)
            letters = abbreviation.replace("&", "").rstrip("+").casefold()
            if letters in names or _is_spelt_out(abbreviation, text):
                continue
            yield passage.warning(
                "abbreviation",
                f"“{abbreviation}” is not explained. Write it out the first time: "
                f"the full name ({abbreviation}).",
            )


def _abbreviations(passage: Passage) -> Iterator[str]:
    for block in passage.blocks:
        if _is_shouted(block.text):
            continue
        for match in ABBREVIATION.finditer(SHOUTED.sub(" ", block.text)):
            letters = sum(letter.isupper() for letter in match[1])
            if 1 < letters <= LONGEST_ONE and not NOT_WORDS.search(match[1]):
                yield match[1]


def _is_shouted(text: str) -> bool:
    """Whether a whole line stands in capitals, as headings do."""
    words: list[str] = re.findall(r"[^\W\d_]{2,}", text)
    shouted = len([word for word in words if word.isupper()])
    return shouted > 2 and shouted > MOST_CAPITALS * len(words)


def _names(text: str) -> set[str]:
    """The first letters, in small, of every run of words that could be a name written out.

    Names are in capitals, as in Police and Crime Commissioner: “pcc” and parts of it.
    """
    found: set[str] = set()
    for part in re.split(r"[.!?;:()“”\n]", text):
        run: list[str] = []
        for word in [*re.findall(r"[^\W\d_]+", part), ""]:
            if word[:1].isupper():
                run.append(word[0].casefold())
            elif word.casefold() not in SMALL_WORDS:
                found |= _runs(run)
                run = []
    return found


def _runs(letters: list[str]) -> set[str]:
    return {
        "".join(letters[start:end])
        for start in range(len(letters))
        for end in range(start + 2, min(len(letters), start + LONGEST) + 1)
    }


def _first_letters(text: str) -> str:
    words = re.findall(r"[^\W\d_]+", text)
    return "".join(word[0] for word in words if word.casefold() not in SMALL_WORDS).casefold()


def _is_spelt_out(abbreviation: str, text: str) -> bool:
    """As in “night-time economy (NTE)”, “NTE (night-time economy)” or “NTE stands for …”."""
    name = re.escape(abbreviation)
    letters = re.sub(r"[^A-Z]", "", abbreviation).casefold()
    for match in re.finditer(rf"(\()?(?<!\w){name}(?!\w)", text):
        before = text[max(0, match.start() - NEAR) : match.start()]
        after = text[match.end() : match.end() + NEAR]
        if letters in _first_letters(before) or letters in _first_letters(after):
            return True
        # In brackets behind its name, whose letters may be other ones: behind any such word.
        near = _first_letters(before)[-2 * len(letters) :]
        if match[1] and letters[0] in near:
            return True
    return bool(re.search(rf"\b{name} (?:\([a-zA-Z][^()]{{5,}}\)|stands? for |means )", text))

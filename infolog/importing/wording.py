"""What is read out of the words of a cell: its questions, who speaks, what it is about.

Everything here is a proposal. No word is added or changed: the pieces, put together again, are the
cell as it was.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ABBREVIATED = re.compile(
    r"\b(approx|e\.g|i\.e|etc|mr|mrs|ms|dr|prof|st|no|vs|cllr|insp|supt|sgt|cf|fig|para|[A-Z])\.$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.?!…][\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z£\d])|\n+")
_NUMBER = re.compile(r"\(?(\d{1,2}|[a-h])\.", re.IGNORECASE)


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text, each without the space after it."""
    found, begin = [], 0
    for end in _SENTENCE_END.finditer(text):
        so_far = text[begin : end.start() + 1]
        if so_far[-1] == "." and (_ABBREVIATED.search(so_far) or _NUMBER.fullmatch(so_far.strip())):
            continue
        found.append(text[begin : end.end()].strip())
        begin = end.end()
    found.append(text[begin:].strip())
    return [sentence for sentence in found if sentence]


# --- What a question is about

_TOPIC = re.compile(r"([A-Z][\w&/'’,() -]{2,58}?)(\s*:\s+|\s+[–—-]\s+)(?=\S)")
_NO_TOPIC = re.compile(
    r"(the following|questions?\b|q\d*\b|asked|i |we |please|can |could|what|how|why|when|where|"
    r"who|which|is |are |do |does|did |will|would|should|has |have |to |request|answer|"
    r"response|date|re\b)",
    re.IGNORECASE,
)


def topic_of(question: str) -> tuple[str, str]:
    """The words before a colon or dash that name a subject, and the question without them."""
    match = _TOPIC.match(question)
    if not match or len(match[1].split()) > 6 or _NO_TOPIC.match(match[1]):
        return "", question
    return match[1].strip(), question[match.end() :]


# --- Its parts

_ASKS = re.compile(r"\?[\"'”’)\]]*$")
_NUMBERED = re.compile(
    r"\(?(?:\d{1,2}|[a-h]|[ivx]{1,4}|q\d{1,2})[.):]\s+|[-•●▪◦–]\s+", re.IGNORECASE
)


def is_numbered(text: str) -> bool:
    """Whether a text begins with a number or a bullet, as an item of a list does."""
    return bool(_NUMBERED.match(text))


_ABOUT_THE_ASKING = re.compile(
    r"(the following|this question|these questions|question (was )?(submitted|asked|received))\b.*"
    r"\b(question|submitted|asked|received|raised|sent)",
    re.IGNORECASE,
)


def parts_of(question: str) -> tuple[str, list[str]]:
    """What stands before the questions, and the questions one by one.

    A sentence that asks nothing belongs to the question after it; what comes last and asks
    something short without a question mark stands alone.
    """
    introduction: list[str] = []
    parts: list[str] = []
    held: list[str] = []
    several_lines = "\n" in question
    for sentence in sentences(question):
        if not parts and not held and _ABOUT_THE_ASKING.match(sentence):
            introduction.append(sentence)
            continue
        begins_line = several_lines and bool(_NUMBERED.match(sentence))
        if begins_line and held and not (not parts and held[-1].endswith(":")):
            parts.append(" ".join(held))
            held = []
        held.append(sentence)
        if _ASKS.search(sentence):
            parts.append(" ".join(held))
            held = []
    if held and parts and not any(_NUMBERED.match(h) for h in held) and _is_aside(held):
        parts[-1] = " ".join([parts[-1], *held])
    elif held:
        parts.append(" ".join(held))
    return " ".join(introduction), parts


def _is_aside(held: list[str]) -> bool:
    """Thanks, or several sentences of reasons, rather than one more thing asked for."""
    text = " ".join(held)
    return (
        len(held) > 1
        or len(text.split()) > 12
        or bool(
            re.match(r"(many )?(thanks|thank you|regards|i |we |this |it |please note)", text, re.I)
        )
    )


# --- Who speaks

_OF = r"[A-Z]\w+(?: (?:and )?[A-Z]\w+){0,3}"
_TITLE = (
    r"(?:Temporary |Acting |Interim |T/)?(?:Deputy |Assistant |Chief )*"
    r"(?:Chief Constable|Constable|Commissioner|Chief Executive(?: Officer)?|"
    r"Chief Finance Officer|Finance Officer|Chief Officer|Monitoring Officer|Superintendent|"
    rf"Inspector|Sergeant|Treasurer|Director(?: of {_OF})?|Head of {_OF})"
)
_NAME = r"[A-Z][a-z’'-]+(?: [A-Z][A-Za-z’'-]+){1,2}"
_HONORIFIC = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Cllr|Councillor)\.? [A-Z][A-Za-z’'.-]*(?: [A-Z][A-Za-z’'-]+)?"
)
_SAYS = (
    r"(?:also |then |has |have |had |further )?(?:explained|stated|said|highlighted|referred|"
    r"mentioned|discussed|noted|confirmed|advised|added|replied|responded|answered|went on|"
    r"outlined|described|clarified|commented|reported|told|pointed out|informed|agreed|emphasised|"
    r"stressed)\b"
)
_REPORTED = re.compile(
    rf"(?:The )?(?:(?P<title>{_TITLE})(?:,? (?P<titled>{_NAME}),?)?|(?P<honoured>{_HONORIFIC})|"
    rf"(?P<named>{_NAME})),? (?=(?:went onto|{_SAYS}))"
)
_INITIALS = r"[A-Z]{2,4}"
_LABELLED = re.compile(
    rf"(?P<label>(?:The )?(?:{_TITLE}(?:,? {_NAME})?|{_HONORIFIC}|"
    rf"{_INITIALS}(?: {_NAME}| [A-Z][a-z]+)?|OPCC|The (?:Office|Force)|{_NAME})"
    r"(?: \([^)]{1,40}\))?)\s*:\s+(?=\S)"
)
# Two capitalised words that begin a sentence and name no person.
_NO_PERSON = re.compile(
    r"\b(The|This|That|These|Police|Force|Income|Budget|Council|County|Network|Reduction|Justice|"
    r"Team|Crime|Plan|Fund|Funding|Government|Home|Pay|Non|Total|Staff|Office|Question|Answer|"
    r"Date|Response|Panel|Service|Services|Act|Report|Data|Note|However|Further|Please|"
    r"Additional)\b"
)


@dataclass(frozen=True)
class Said:
    """What one speaker said. ``responder`` is empty where the log does not tell who it was."""

    responder: str
    role: str
    text: str


def responses_in(cell: str) -> list[Said]:
    """The cell parted where somebody else begins to speak."""
    found: list[tuple[str, str, list[str]]] = []
    for sentence, gap in _with_gaps(cell):
        speaker, role, text = _speaker(sentence)
        is_reported = text == sentence
        if found and (not speaker or (speaker == found[-1][0] and is_reported)):
            found[-1][2].append(gap + text)
        else:
            found.append((speaker, role, [text]))
    return [Said(responder, role, "".join(texts)) for responder, role, texts in found]


def _with_gaps(cell: str) -> Iterator[tuple[str, str]]:
    """Each sentence with the space before it."""
    position = 0
    for sentence in sentences(cell):
        begin = cell.index(sentence, position)
        yield sentence, cell[position:begin]
        position = begin + len(sentence)


def _speaker(sentence: str) -> tuple[str, str, str]:
    """Who begins to speak in the sentence, in what role, and the sentence without a mere label."""
    if match := _LABELLED.match(sentence):
        label = match["label"]
        if not _is_words(label):
            responder, role = _label(label)
            return responder, role, sentence[match.end() :]
    match = _REPORTED.match(sentence)
    if not match or (match["named"] and _is_words(match["named"])):
        return "", "", sentence
    if match["titled"]:
        return match["titled"], match["title"], sentence
    return match["title"] or match["honoured"] or match["named"], "", sentence


def _is_words(label: str) -> bool:
    bare = label.removeprefix("The ")
    return (
        bool(_NO_PERSON.search(bare))
        and not re.search(_TITLE, bare)
        and label
        not in (
            "The Office",
            "The Force",
        )
    )


def _label(label: str) -> tuple[str, str]:
    """“Claire Smith (Chief Executive)” and “Chief Executive, Claire Smith” as name and role."""
    label = label.removeprefix("The ")
    if match := re.fullmatch(r"(.+?) \(([^)]+)\)", label):
        return match[1], match[2]
    if match := re.fullmatch(rf"({_TITLE}),? ({_NAME})", label):
        return match[2], match[1]
    return label, ""


HONORIFIC = re.compile(rf"\b{_HONORIFIC}")

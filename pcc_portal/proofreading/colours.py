"""Things told by their colour alone: who cannot see it, or prints in black, is told nothing."""

import re
from collections.abc import Iterator

from pcc_portal.findings import Finding

from .passages import Passage

COLOURS = "red|green|amber|yellow|orange|blue|purple|pink|grey|gray|brown|black"
SHOWN_IN = re.compile(
    rf"\b(?:shown|marked|highlighted|shaded|coloured|printed|given|written|flagged|listed|set|are|"
    rf"is|appears?|those|items?|rows?|cells?|figures?|lines?|text|numbers?|entries)"
    rf" in (?:bold |dark |light |bright )?(?:{COLOURS})\b",
    re.IGNORECASE,
)
COLOURED = re.compile(
    rf"\b(?:{COLOURS})(?:,? (?:and|or) (?:{COLOURS}))? (?:rows?|cells?|columns?|bars?|figures?|"
    rf"numbers?|text|entries|boxes|items|areas|sections|shading|dots?|lines? (?:of|in) the)\b",
    re.IGNORECASE,
)
MEANS = re.compile(
    rf"\b(?:{COLOURS})(?: text| shading)? (?:indicates|means|shows|denotes|signifies|stands for)\b",
    re.IGNORECASE,
)


def check_colours(passage: Passage) -> Iterator[Finding]:
    """“Shown in red”, “the green rows”."""
    for pattern in (SHOWN_IN, COLOURED, MEANS):
        for match in pattern.finditer(passage.text):
            yield passage.warning(
                "colour-only",
                f"“{match[0]}” tells something by colour alone. Say it in words as well: "
                "not everyone sees colours.",
            )

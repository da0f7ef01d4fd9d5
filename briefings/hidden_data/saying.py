"""The sentences about what a file hides: they tell staff what is there and what to do."""

from pcc_portal.findings import Finding, Severity

FIELD = "file"
AGAIN = "Take it out and upload the file again."


def hidden(code: str, what: str, advice: str = AGAIN) -> Finding:
    """Hidden data: an error."""
    return Finding(f"hidden-{code}", Severity.ERROR, f"The file holds {what}. {advice}", FIELD)


def harmless(code: str, what: str) -> Finding:
    return Finding(f"hidden-{code}", Severity.NOTE, f"The file holds {what}.", FIELD)


def unchecked(why: str) -> Finding:
    """The file, or a part of it, could not be looked into."""
    return Finding("hidden-unchecked", Severity.WARNING, why, FIELD)


def counted(number: int, noun: str) -> str:
    """“1 comment”, “3 comments”."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def listed(names: list[str], most: int = 5) -> str:
    """Names in quotation marks, the first few of them."""
    shown = ", ".join(f"“{name[:60]}”" for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown

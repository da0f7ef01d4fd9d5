"""What a check says of something staff wrote, before anyone outside the office reads it."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error stops a release; a warning stops it until somebody says why it may stand."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """What a check found: ``code`` for programs, ``sentence`` for a member of the public.

    ``field`` names the field it is about, or nothing for what is about the whole.
    """

    code: str
    severity: Severity
    sentence: str
    field: str = ""

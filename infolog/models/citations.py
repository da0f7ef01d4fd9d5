"""What stands in the way of releasing an answer in what it cites."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from elections.looking import StandIn
from pcc_portal.findings import Finding, Severity
from releases.quoting import outdated

if TYPE_CHECKING:
    from .request import InformationRequest

# Relations of a part to what its answer rests on, each to the version it was written from.
CITES = ("figures", "statements")


def problems_of_citations(request: "InformationRequest") -> Iterator[str]:
    """Why a reader of ``request`` could not see what it cites. Five queries at most."""
    relations = [f"{name}__release" for name in CITES]
    for part in request.parts.prefetch_related(*relations):
        for row in (row for name in CITES for row in getattr(part, name).all()):
            where = f"Part {part.position} cites “{row}”, which"
            if row.election_id != request.election_id:
                yield f"{where} belongs to another election. Take it out."
            elif row.audience not in (request.audience, row.Audience.PUBLIC):
                yield f"{where} not everyone who reads the answer may see. Take it out."
            elif not row.is_released and row.release_id != (request.release_id or 0):
                yield f"{where} is not released. Release it first, or in the same go."


def findings_in_citations(request: "InformationRequest") -> Iterator[Finding]:
    """What it cites and was corrected or withdrawn since. A few queries for each relation."""
    reader, at = StandIn(briefed_in=request.election_id), timezone.now()
    parts = list(request.parts.prefetch_related(*CITES))
    for name in CITES:
        rows: list[tuple[Any, Any]] = [
            (part, r) for part in parts for r in getattr(part, name).all()
        ]
        changed = (
            outdated(type(rows[0][1]), {row.pk for _, row in rows}, reader, at) if rows else {}
        )
        for part, row in rows:
            if row.pk in changed:
                yield _outdated(part.position, row, changed[row.pk])


def _outdated(position: int, row: Any, by: Any) -> Finding:
    advice = "Take it out." if by.by.is_withdrawal else "Cite the version in force."
    return Finding(
        code=f"cited-{by.happened}",
        severity=Severity.ERROR if by.by.is_withdrawal else Severity.WARNING,
        sentence=f"Part {position} cites version {row.version} of “{row}”, which was {by.happened} "
        f"since. {advice}",
    )

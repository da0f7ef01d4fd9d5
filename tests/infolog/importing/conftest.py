import pytest

from infolog.importing.taking_in import confirm_columns, take_in
from infolog.models import LogImport
from tests.conftest import NOON
from tests.infolog.importing.files import FOUR, as_csv

# Three requests: the first is certain, the second names a candidate, the third has no answer.
LOG = [
    ["Candidate", *FOUR],
    ["Cora Canary", "10/04/2021", "E-mail", "How many officers are there?", "PH: 2,242 officers."],
    ["", "", "", "", "The Chief Constable noted that there are more."],
    ["Cora Canary", "11/04/2021", "Phone", "Budget: how much is it?",
     "It is £5m, as Mr Ellison said."],
    ["", "12/04/2021", "Letter", "Why is that so?", ""],
]  # fmt: skip


@pytest.fixture
def taken_in(election):
    """A log whose columns are confirmed and whose rows are read."""

    def _taken_in(rows=LOG, *, by=None, form="", confirm=True) -> LogImport:
        log_import = take_in(as_csv(rows), "Our log.csv", election=election, by=by, at=NOON)
        if confirm:
            confirm_columns(log_import, log_import.uses, form=form, responder="The office")
        return LogImport.objects.get(pk=log_import.pk)

    return _taken_in

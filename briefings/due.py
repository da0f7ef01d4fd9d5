import datetime as dt

from pcc_portal.desk import Matter
from releases.due import drafts

from .models import Document, Figure, Newsletter, Statement


def due(at: dt.datetime) -> list[Matter]:
    return [drafts(model, at) for model in (Newsletter, Document, Statement, Figure)]

from django.db import models

from .history import History


class PublicFrame(models.Model):
    """Rows the public sees around what is released: names, dates, contacts.

    They change without a release. Every change to one of these tables, whatever the way in, counts
    as a change of the public pages (``releases/revision.py``).
    """

    history = History(inherit=True)

    class Meta:
        abstract = True

"""Published requests that ask much the same as a text: shared words, common ones left out."""

import re
from functools import reduce
from operator import add, or_

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When

from .models import InformationRequestQuerySet, Part, Response

WORD = re.compile(r"[a-z0-9£%]+(?:’[a-z]+)?")
ENDINGS = ("ings", "ing", "ies", "ied", "ed", "es", "s", "y")
WORDS_AT_MOST = 12
AT_MOST = 5
# What says nothing of what a question is about, the office and the force among it.
COMMON = """
a about after all also am an and any are as at be been before being between both but by can
could did do does doing down during each few for from further get give given had has have
having he her here him his how i if in information into is it its just kind know let like long
made make many may me might more most much must my no nor not now of off on once only or other
our out over own please police pcc commissioner office force question same shall she should so
some such tell than that the their them then there these they this those through to too under
until up us use very want was we were what when where which while who whom whose why will with
would year years you your
"""
STOP_WORDS = frozenset(COMMON.split())


def telling_words(text: str) -> list[str]:
    """The words of ``text`` that say what it is about, cut to their stems, the longest first."""
    words = WORD.findall(text.lower().replace("'", "’"))
    stems = dict.fromkeys(_stem(word) for word in words if word not in STOP_WORDS)
    telling = [stem for stem in stems if len(stem) > 2]
    return sorted(telling, key=len, reverse=True)[:WORDS_AT_MOST]


def much_the_same(requests: InformationRequestQuerySet, text: str) -> InformationRequestQuerySet:
    """Those of ``requests`` that share most words with ``text``, at most ``AT_MOST``. One query.

    A word in the question counts double. Two telling words have to be shared, if there are two.
    """
    words = telling_words(text)
    if not words:
        return requests.none()
    scores = [_score(_asks(word), 2) + _score(_answers(word), 1) for word in words]
    shared = [_score(_asks(word) | _answers(word), 1) for word in words]
    return (
        requests.annotate(shared=reduce(add, shared), score=reduce(add, scores))
        .filter(shared__gte=min(2, len(words)))
        .order_by(F("score").desc(), "-received_on", "slug")[:AT_MOST]
    )


def _score(condition: Q, points: int) -> Case:
    return Case(When(condition, then=Value(points)), default=0, output_field=IntegerField())


def _asks(word: str) -> Q:
    parts = Part.objects.filter(request=OuterRef("pk"), question__icontains=word)
    conditions = [Q(title__icontains=word), Q(introduction__icontains=word), Q(Exists(parts))]
    return reduce(or_, conditions)


def _answers(word: str) -> Q:
    return Q(Exists(Response.objects.filter(part__request=OuterRef("pk"), text__icontains=word)))


def _stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) > 3:
            return word.removesuffix(ending)
    return word

"""Where a request stands, in the words everyone reads: the one place for them."""

from dataclasses import dataclass

from django.db import models


@dataclass(frozen=True)
class Told:
    """What a state means, and what comes next."""

    sentence: str
    next_step: str


class State(models.TextChoices):
    RECEIVED = "received", "Received"
    ANSWERING = "answering", "Being answered"
    WITH_FORCE = "with-force", "With the force"
    ANSWERED = "answered", "Answered"
    PARTLY = "partly", "Partly answered"
    NOT_ANSWERED = "not-answered", "Not answered"
    REFERRED = "referred", "Referred elsewhere"
    WITHDRAWN = "withdrawn", "Withdrawn"

    @property
    def told(self) -> Told:
        return _TOLD[self]


# What staff say of a request on its way; the rest follows from the answer that is released.
STAGES = (State.RECEIVED, State.ANSWERING, State.WITH_FORCE, State.WITHDRAWN)
OPEN = STAGES[:-1]
# What an answer comes to.
CLOSED = (State.ANSWERED, State.PARTLY, State.NOT_ANSWERED, State.REFERRED)

EVERYONE = "It is published for everyone at the same moment, and everyone is told, you too."
_TOLD = {
    State.RECEIVED: Told(
        "The office has the question, and nobody has begun to answer it yet.",
        "The office puts it into neutral words and gives it to whoever answers it.",
    ),
    State.ANSWERING: Told(
        "The office is writing the answer. Whoever writes it does not know who asked.",
        f"The answer is checked and approved. {EVERYONE}",
    ),
    State.WITH_FORCE: Told(
        "The police force has to say something to this. It is not told who asked.",
        f"The office takes over what the force says, and checks it. {EVERYONE}",
    ),
    State.ANSWERED: Told(
        "Every part of the question has been answered.",
        "Read the answer. If something in it is not clear, ask again.",
    ),
    State.PARTLY: Told(
        "Some of what was asked has been answered, and some has not.",
        "Read the answer. It says of each part that is missing why, and what you can do.",
    ),
    State.NOT_ANSWERED: Told(
        "The question has not been answered. The reason is given.",
        "Read the reason, and what you can do next. You can also ask in another way.",
    ),
    State.REFERRED: Told(
        "Somebody else can answer this. The answer says who.",
        "Turn to whoever is named there.",
    ),
    State.WITHDRAWN: Told(
        "The question was taken back, and the office does not answer it for you.",
        "You need do nothing. You can ask again.",
    ),
}
PAUSED = Told(
    "The office needs something explained before it can go on, so the clock stands still.",
    "The office asks for the explanation. Once it has come, the days are counted again.",
)


def state_of_outcomes(outcomes: list[str]) -> State:
    """What an answer comes to, from the outcomes of its parts (``Part.Outcome``)."""
    found = set(outcomes)
    if found == {"answered"}:
        return State.ANSWERED
    if found & {"answered", "partly"}:
        return State.PARTLY
    return State.REFERRED if found == {"referred"} else State.NOT_ANSWERED

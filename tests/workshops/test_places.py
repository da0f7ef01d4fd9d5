import pytest

from tests.workshops.cast import uk
from workshops.models import Slot
from workshops.own_bookings import ordinal
from workshops.places import Places
from workshops.wording import time_of


@pytest.mark.parametrize(
    ("places", "in_words", "spoken"),
    [
        (Places(12, 9), "3 of 12 places left", "3 places left"),
        (Places(1, 0), "1 place left", "1 place left"),
        (Places(12, 12, 2), "Full: waiting list of 2", "full: waiting list of 2"),
        (Places(12, 13), "Full", "full"),
        (Places(None, 40), "Places are not limited", "places are not limited"),
    ],
)
def test_places_are_told_in_words(places, in_words, spoken):
    assert (places.in_words, places.spoken) == (in_words, spoken)


def test_slot_is_heard_as_one_sentence():
    slot = Slot(starts_at=uk("2027-04-13 10:00"), ends_at=uk("2027-04-13 12:00"))

    heard = f"{time_of(slot)}, {Places(12, 9).spoken}"

    assert heard == "Tuesday 13 April 2027, 10am to 12 noon, 3 places left"


def test_ordinals():
    told = [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 112)]

    assert told == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"]

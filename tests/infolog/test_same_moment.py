"""Whoever asked has the answer in the same moment as everyone, and sees nothing of it before."""

import datetime as dt
import uuid

import pytest
from django.core import mail

from elections.models import Candidate, User
from infolog import asking
from infolog.holding import hold
from infolog.models import Enquiry, InformationRequest
from releases.models import Delivery, Release, Subscriber
from releases.releasing import release_due
from releases.sending import send_due
from releases.versions import new_version
from tests.conftest import PortalClient, give_status, pass_review

from .conftest import make_response

APRIL_12 = dt.datetime(2021, 4, 12, 11, 0, tzinfo=dt.UTC)
# The next of the times at which answers are released: 4pm in UK time.
AT = dt.datetime(2021, 4, 12, 15, 0, tzinfo=dt.UTC)
MOMENT = dt.timedelta(seconds=1)
ANSWER = "Twelve bicycles"


@pytest.fixture
def rival(election) -> User:
    user = User.objects.create_user("rival@example.org", "Rival")
    row = Candidate.objects.create(election=election, user=user, surname="Rival")
    give_status(row, "declared")
    return user


@pytest.fixture
def readers(election, candidate, agent, rival) -> dict[str, PortalClient]:
    """The candidate who asks, their agent, another candidate and somebody of the public."""
    clients = {"anyone": PortalClient()}
    for name, user in (("asker", candidate), ("agent", agent), ("rival", rival)):
        clients[name] = PortalClient()
        clients[name].force_login(user)
    Subscriber.objects.create(
        election=election, address="public@example.org", asked_at=APRIL_12, confirmed_at=APRIL_12
    )
    return clients


@pytest.fixture
def held(readers, time_machine) -> InformationRequest:
    """Asked by the candidate, passed on, answered, approved and held until the next time."""
    time_machine.move_to(APRIL_12, tick=False)
    data = {"token": str(uuid.uuid4()), "part_1": "How many bicycles?", "send": "yes"}
    assert readers["asker"].post("/pcc-2021/ask/", data).status_code == 302
    item = asking.pass_on(
        Enquiry.objects.get(), title="Bicycles", parts=["How many are there?"], at=APRIL_12
    )
    make_response(item.parts.get(), text=f"{ANSWER} are there.")
    pass_review(item, at=APRIL_12)
    hold([item], by=None, at=APRIL_12)
    mail.outbox.clear()
    return item


def pages(item: InformationRequest) -> list[str]:
    own = f"/pcc-2021/questions/{Enquiry.objects.get().reference.lower()}/"
    return [
        "/my-page/",
        own,
        "/pcc-2021/",
        "/pcc-2021/log/",
        "/pcc-2021/log/table/",
        "/pcc-2021/log.csv",
        "/pcc-2021/log/export/all.json",
        "/pcc-2021/log/numbers/",
        "/pcc-2021/updates.atom",
        "/pcc-2021/everything/",
        f"/pcc-2021/log/{item.slug}/",
    ]


def who_knows(readers: dict[str, PortalClient], item: InformationRequest) -> dict[str, set[str]]:
    """By page who finds anything of the answer there."""
    words = (ANSWER, "Bicycles", item.reference, item.slug)

    def knows(client: PortalClient, page: str) -> bool:
        body = client.get(page).content.decode(errors="replace")
        return any(word in body for word in words)

    return {
        page: {name for name, client in readers.items() if knows(client, page)}
        for page in pages(item)
    }


def test_nobody_sees_anything_before_and_everybody_in_the_same_moment(readers, held, time_machine):
    time_machine.move_to(AT - MOMENT, tick=False)
    release_due(at=AT - MOMENT)
    send_due()
    assert {page: who for page, who in who_knows(readers, held).items() if who} == {}
    assert mail.outbox == []

    time_machine.move_to(AT, tick=False)
    release_due(at=AT)

    known = who_knows(readers, held)
    everyone = set(readers)
    for page in ("/pcc-2021/log/", "/pcc-2021/updates.atom", f"/pcc-2021/log/{held.slug}/"):
        assert known[page] == everyone
    assert known["/my-page/"] == everyone - {"anyone"}
    # One’s own question is one’s own, and leads to what everyone has.
    own = pages(held)[1]
    assert known[own] == {"asker", "agent"}
    assert held.get_absolute_url() in readers["asker"].get(own).content.decode()


def test_mail_to_whoever_asked_is_due_with_all_others_and_says_the_same(
    readers, held, candidate, rival, time_machine
):
    time_machine.move_to(AT, tick=False)
    release_due(at=AT)

    rows = list(Delivery.objects.all())
    assert Release.objects.get().released_at == AT
    assert len(rows) == 4
    assert {(row.due_at, row.state, row.state_at, row.is_daily) for row in rows} == {
        (AT, "queued", AT, False)
    }
    send_due()
    letters = {
        message.to[0]: (message.subject, message.body.partition("\n")[2]) for message in mail.outbox
    }
    assert set(letters) == {
        candidate.email,
        rival.email,
        "agent@example.org",
        "public@example.org",
    }
    assert letters[candidate.email] == letters[rival.email]
    assert ANSWER in letters[candidate.email][1]
    assert not any("EQ-" in subject + body for subject, body in letters.values())


def test_order_of_the_mail_does_not_follow_who_asked(readers, held, rival, time_machine):
    """Rows are claimed in the order of the candidates, whoever of them asked."""
    time_machine.move_to(AT, tick=False)
    release_due(at=AT)

    candidates = Delivery.objects.filter(role="candidate").order_by("pk")
    numbers = list(candidates.values_list("candidate", flat=True))
    assert numbers == sorted(numbers)


def test_correction_reaches_whoever_asked_with_all_others(
    readers, held, candidate, rival, time_machine, release_now
):
    time_machine.move_to(AT, tick=False)
    release_due(at=AT)
    later = AT + dt.timedelta(hours=1)
    time_machine.move_to(later, tick=False)
    held.refresh_from_db()
    new = new_version(held, change="correction", note="There are thirteen.", by=None, at=later)

    release_now(new, at=later)

    rows = Delivery.objects.filter(release=new.release_id)
    assert {row.due_at for row in rows} == {later}
    assert {row.address for row in rows} == {
        candidate.email,
        rival.email,
        "agent@example.org",
        "public@example.org",
    }
    for name in ("asker", "rival", "anyone"):
        page = readers[name].get(f"/pcc-2021/log/{held.slug}/").content.decode()
        assert "There are thirteen." in page

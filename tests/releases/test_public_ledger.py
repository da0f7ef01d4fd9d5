import csv
import datetime as dt
import hashlib
import io
import json
from xml.etree import ElementTree

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from model_bakery import baker

from briefings.models import Newsletter
from elections.models import Agent, Candidate, Election, User
from releases import ledger
from releases.acknowledging import acknowledge
from releases.models import Delivery, LedgerEntry, Subscriber
from releases.offers import record_offer
from releases.public_ledger import day_heads
from releases.sending import record, record_told
from tests.conftest import give_status, release_reviewed
from tests.releases.ledger_cast import AT

LEDGER = "/pcc-2021/ledger/"
DAY = dt.timedelta(days=1)


@pytest.fixture
def issue(election):
    def _issue(number: int, audience: str = "public", at: dt.datetime = AT):
        item = Newsletter.objects.create(
            election=election,
            slug=f"issue-{number}",
            number=number,
            title=f"Secretword{number}",
            summary="S",
            audience=audience,
        )
        return release_reviewed([item], election=election, title=f"Issue {number}", at=at)

    return _issue


@pytest.fixture
def join(election):
    def _join(name: str) -> Candidate:
        user = User.objects.create_user(f"{name}@example.org", name)
        row = baker.make(Candidate, election=election, user=user, surname=name, other_names="A")
        give_status(row, "declared")
        return row

    return _join


@pytest.fixture
def three(join):
    return [join(name) for name in ("Abel", "Baker", "Carter")]


def told(response) -> list[tuple[str, str, str, str]]:
    return [(line.kind, line.title, line.told, line.outcome) for line in response.context["lines"]]


def test_ledger_tells_what_was_told_to_how_many_and_what_became_of_it(
    client, election, three, issue
):
    baker.make(
        Agent,
        candidate=three[0],
        user=User.objects.create_user("x@example.org", "X"),
        name="X",
        invited_at=AT,
        revoked_at=None,
    )
    baker.make(Subscriber, election=election, address="r@example.org", confirmed_at=AT)
    issue(1)
    first, *others = Delivery.objects.filter(candidate__isnull=False)
    record(first, Delivery.State.REFUSED, at=AT)
    record_told(first, how="By telephone", by=None, at=AT)
    for other in others[:2]:
        record(other, Delivery.State.ACCEPTED, at=AT)

    (line,) = told(client.get(LEDGER))

    assert line == (
        "Released",
        "Issue 1: Secretword1",
        "Told to all 3 candidates, their 1 agent and 1 public subscriber",
        "Accepted by the mail server: 2 of 4; told by telephone or in another way: 1; "
        "on their way: 1",
    )


@pytest.mark.parametrize(("many", "words"), [(1, "the one candidate"), (2, "all 2 candidates")])
def test_ledger_of_so_few_says_nothing_about_one(client, join, issue, many, words):
    rows = [join(f"Name{number}") for number in range(many)]
    baker.make(
        Agent,
        candidate=rows[0],
        user=User.objects.create_user("x@example.org", "X"),
        name="X",
        invited_at=AT,
        revoked_at=None,
    )
    issue(1)
    record(Delivery.objects.first(), Delivery.State.REFUSED, at=AT)

    ((_, _, to_whom, outcome),) = told(client.get(LEDGER))

    assert to_whom == f"Told to {words} and their agents"
    assert outcome == "What became of the mail is not published where so few were told"


@pytest.mark.parametrize("address", ["", "ledger.csv", "ledger.json"])
def test_ledger_names_nobody_and_tells_nothing_of_one_person(
    client, election, three, issue, address
):
    issue(1)
    for delivery in Delivery.objects.all():
        record(delivery, Delivery.State.BOUNCED, at=AT, reply="Abel is unknown")
        acknowledge(delivery, at=AT)

    page = client.get(LEDGER + address).content.decode()
    chain = client.get(reverse("heads:chain")).content.decode()

    for secret in ("Abel", "Baker", "Carter", "@example.org", "bounced", "acknowledged", "deliver"):
        assert secret not in page
        assert secret not in chain


def test_item_for_candidates_is_named_to_those_who_may_see_it(
    client, candidate, other_candidate, three, issue
):
    issue(1, "candidates")
    page = client.get(LEDGER)
    assert told(page)[0][1] == "An item for candidates"
    assert "Secretword" not in page.content.decode()
    digest = LedgerEntry.objects.get(kind="release").content_hash
    assert digest not in page.content.decode()
    for address in ("ledger.csv", "ledger.json"):
        assert "Secretword" not in client.get(LEDGER + address).content.decode()
        assert digest not in client.get(LEDGER + address).content.decode()
    assert digest not in client.get(reverse("heads:chain")).content.decode()

    client.force_login(other_candidate)
    assert told(client.get(LEDGER))[0][1] == "An item for candidates"
    client.force_login(candidate)
    assert told(client.get(LEDGER))[0][1] == "Issue 1: Secretword1"
    assert digest in client.get(LEDGER).content.decode()


def test_withdrawn_item_is_not_called_one_for_candidates(client, election, three, issue):
    issue(1)
    fields = {"slug": "issue-1", "number": 1, "title": "T", "summary": "S", "change_note": "Wrong."}
    gone = Newsletter.objects.create(election=election, version=2, change="withdrawal", **fields)
    release_reviewed([gone], election=election, title="Gone", at=AT + DAY)

    assert "An item for candidates" not in {line[1] for line in told(client.get(LEDGER))}
    assert "Secretword" not in client.get(LEDGER).content.decode()


def test_waiver_of_a_draft_does_not_name_it(client, election, editor):
    Newsletter.objects.create(
        election=election, slug="draft", number=9, title="Secretword", summary="S"
    )
    ledger.append(
        LedgerEntry.Kind.WAIVER,
        election=election,
        at=AT,
        facts={"item": "briefings.newsletter", "slug": "draft", "version": 1, "waiver": 1},
    )

    assert told(client.get(LEDGER)) == [("Warning waived", "An item that is not public", "", "")]
    client.force_login(editor)
    assert told(client.get(LEDGER))[0][1] == "An item that is not public"


def test_offer_is_told_to_all_and_its_words_to_candidates(client, election, candidate):
    record_offer(election, at=AT, what="Visit", candidates=[candidate.candidacies.get()])

    assert told(client.get(LEDGER)) == [
        ("Offered", "An offer to candidates", "To the one candidate", "")
    ]
    client.force_login(candidate)
    assert told(client.get(LEDGER))[0][1] == "Visit"


def test_ledger_is_narrowed_to_a_kind(client, election, issue, three):
    issue(1)
    record_offer(election, at=AT, what="Visit", candidates=three)

    assert [line[0] for line in told(client.get(f"{LEDGER}?kind=offer"))] == ["Offered"]
    wrong = client.get(f"{LEDGER}?kind=delivery")
    assert told(wrong) == []
    assert "The ledger has no such kind of entry." in wrong.content.decode()


def test_ledger_has_pages(client, election, three):
    for _ in range(30):
        record_offer(election, at=AT, what="Visit", candidates=three)

    assert len(told(client.get(LEDGER))) == 25
    assert len(told(client.get(f"{LEDGER}?page=2"))) == 5
    assert client.get(f"{LEDGER}?page=9").status_code == 404
    assert client.get(f"{LEDGER}?page=x").status_code == 404


def test_ledger_of_another_election_is_another(client, other_election, issue, three):
    issue(1)

    assert told(client.get("/pcc-2024/ledger/")) == []


@pytest.mark.parametrize("many", [1, 3])
def test_ledger_costs_the_same_queries(client, issue, three, many, django_assert_num_queries):
    for number in range(many):
        issue(number)

    with django_assert_num_queries(5):
        client.get(LEDGER)


def test_files_hold_the_same_entries(client, issue, three):
    issue(1)

    rows = list(csv.reader(io.StringIO(client.get(f"{LEDGER}ledger.csv").content.decode())))
    data = client.get(f"{LEDGER}ledger.json").json()

    entry = LedgerEntry.objects.first()
    assert rows[-1][0] == str(entry.number)
    assert rows[-1][-1] == data["entries"][0]["hash"] == entry.entry_hash
    assert data["entries"][0]["about"] == "Issue 1: Secretword1"


# --- the chain, recomputed as a stranger would ------------------------------------------------


def sha256(value: dict) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def follow(client, address: str) -> list[dict]:
    entries: list[dict] = []
    while address:
        answer = client.get(address).json()
        entries += answer["entries"]
        address = answer["next"]
    return entries


def test_chain_can_be_recomputed_from_what_is_public(client, issue, three, monkeypatch):
    monkeypatch.setattr("releases.public_ledger.CHAIN_AT_ONCE", 2)
    issue(1)
    issue(2, "candidates")
    record(Delivery.objects.first(), Delivery.State.ACCEPTED, at=AT)

    entries = follow(client, reverse("heads:chain"))

    previous = "0" * 64
    for number, entry in enumerate(entries, start=1):
        assert entry["number"] == number
        assert entry["previous"] == previous
        told = {name: entry[name] for name in ("number", "previous", "seal")}
        assert entry["hash"] == sha256(told)
        previous = entry["hash"]
    public = [entry for entry in entries if "kind" in entry]
    assert [entry["kind"] for entry in public].count("release") == 1
    for entry in public:
        told = {name: entry[name] for name in ("at", "content", "election", "facts", "kind")}
        assert entry["seal"] == sha256(told)
    assert set(entries[-1]) == {"number", "seal", "previous", "hash"}


def test_facts_cannot_be_guessed_from_their_hash(issue, three):
    issue(1)
    record(Delivery.objects.first(), Delivery.State.ACCEPTED, at=AT)

    assert {len(entry.salt) for entry in LedgerEntry.objects.all()} == {32}
    assert LedgerEntry.objects.values("salt").distinct().count() == LedgerEntry.objects.count()


@pytest.mark.parametrize("after", ["x", "-1", "1" * 30, "²"])
def test_chain_after_no_number_is_missing(client, db, after):
    assert client.get(reverse("heads:chain"), {"after": after}).status_code == 404


# --- the head of each day ---------------------------------------------------------------------


def test_head_of_each_day_in_the_uk_is_its_last_entry(election, three):
    # BST: half past eleven at night in UTC is the next day in the UK.
    for at in (AT, AT + dt.timedelta(hours=1), dt.datetime(2021, 4, 1, 23, 30, tzinfo=dt.UTC)):
        record_offer(election, at=at, what="Visit", candidates=three)
    today = dt.datetime(2021, 4, 3, 12, tzinfo=dt.UTC)
    record_offer(election, at=today, what="Visit", candidates=three)

    heads = [(head.day.isoformat(), head.number) for head in day_heads(today)]

    assert heads == [("2021-04-02", 3), ("2021-04-01", 2)]


def test_feed_and_page_hold_the_heads(client, election, three, time_machine):
    record_offer(election, at=AT, what="Visit", candidates=three)
    time_machine.move_to(AT + DAY)
    last = LedgerEntry.objects.get().entry_hash

    page = client.get("/ledger/").content.decode()
    first, second = (client.get("/ledger/heads.atom") for _ in range(2))

    assert last in page
    assert first["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert first.content == second.content
    feed = ElementTree.fromstring(first.content)  # noqa: S314 our own
    (entry,) = feed.iter("{http://www.w3.org/2005/Atom}entry")
    assert last in "".join(entry.itertext())


def test_address_of_the_ledger_is_no_election(office):
    with pytest.raises(ValidationError):
        Election(office=office, name="E", slug="ledger", poll_date=dt.date(2021, 5, 6)).full_clean()

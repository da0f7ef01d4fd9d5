"""The public follow a subject by mail: a topic of the information log, say."""

import datetime as dt
import json
import re

import pytest
from django.core import mail, signing
from django.core.management import call_command

from infolog.models import InformationRequest, Part, Topic
from releases.models import Delivery, LedgerEntry, Subscriber
from releases.sending import send_due
from releases.update_links import CONFIRM, read_confirm
from releases.verifying import verify
from releases.versions import new_version
from tests.conftest import NOON, PortalClient, release_reviewed

URL = "/pcc-2021/updates/"


@pytest.fixture(autouse=True)
def _at_noon(time_machine):
    time_machine.move_to(NOON)


def draft(election, title: str, *topics: str, **more) -> InformationRequest:
    item = InformationRequest.objects.create(
        election=election, title=title, received_on=NOON.date(), form="email", **more
    )
    for name in topics:
        slug = name.lower().replace(" ", "-")
        item.topics.add(
            Topic.objects.get_or_create(election=election, slug=slug, defaults={"name": name})[0]
        )
    part = Part.objects.create(request=item, question=f"{title}?")
    part.responses.create(responder="Chief Constable", text=f"The answer on {title}.")
    return item


def follower(election, name: str, subjects: str = "") -> Subscriber:
    return Subscriber.objects.create(
        election=election,
        address=f"{name}@example.org",
        asked_at=NOON,
        confirmed_at=NOON,
        subjects=subjects,
    )


def text_of(message) -> str:
    [plain, _] = message.get_payload()
    return plain.get_payload(decode=True).decode()


def told() -> dict[str, Delivery]:
    rows = Delivery.objects.filter(role="subscriber").select_related("subscriber")
    return {row.subscriber.address.partition("@")[0]: row for row in rows}


def test_topics_are_chosen_and_confirmed_by_the_button_in_the_mail(
    client, election, release_now, django_capture_on_commit_callbacks
):
    release_now(draft(election, "Officers", "Police numbers"), draft(election, "Money", "Budget"))
    draft(election, "Secret", "Hidden")
    page = client.get(f"{URL}?topic=budget").content.decode()
    assert re.findall(r'value="([a-z-]+)"[^>]*>', page.partition("subjects")[2])[:1] == ["budget"]
    assert page.count("checked") == 2  # how often, and the topic that led here
    assert "Hidden" not in page
    data = {"email": "reader@example.org", "often": "each", "subjects": ["budget"]}

    with django_capture_on_commit_callbacks(execute=True):
        client.post(URL, data)

    assert Subscriber.objects.get().subjects == ""
    assert "only of questions and answers about Budget" in mail.outbox[-1].body
    link = re.search(r"8000(/\S+)", mail.outbox[-1].body)[1]
    assert "only of questions and answers about Budget" in client.get(link).content.decode()
    client.post(link)
    assert Subscriber.objects.get().subjects == "budget"


@pytest.mark.parametrize("subjects", [["hidden"], ["budget", "%"]])
def test_topic_that_is_not_known_is_not_followed(client, election, release_now, subjects):
    release_now(draft(election, "Money", "Budget"))
    draft(election, "Secret", "Hidden")
    data = {"email": "reader@example.org", "often": "each", "subjects": subjects}

    page = client.post(URL, data).content.decode()

    assert "Nothing published has this topic." in page
    assert not Subscriber.objects.exists()


def test_link_of_before_topics_could_be_followed_is_read(election):
    asked = read_confirm(signing.dumps([7, True], salt=CONFIRM))

    assert (asked.subscriber, asked.is_daily, asked.subjects) == (7, True, "")


def test_follower_is_told_of_the_topic_and_of_nothing_else(election, sink):
    follower(election, "everything")
    follower(election, "budget", "budget")
    follower(election, "boats", "boats fleet")
    items = [draft(election, "Money", "Budget"), draft(election, "Race", "Race")]

    release_reviewed(items, election=election, title="Two", at=NOON)
    send_due()

    assert {*told()} == {"everything", "budget"}
    text = {row.address: row for row in Delivery.objects.all()}
    assert {row.state for row in text.values()} == {"accepted"}
    letters = {to.partition("@")[0]: text_of(message) for to, message in sink.messages}
    assert "The answer on Race." in letters["everything"]
    assert "The answer on Race." not in letters["budget"]
    assert "The answer on Money." in letters["budget"]


def test_ledger_counts_for_each_item_who_was_told_of_it(election):
    follower(election, "everything")
    follower(election, "budget", "budget")
    items = [draft(election, "Money", "Budget"), draft(election, "Race", "Race")]

    release_reviewed(items, election=election, title="Two", at=NOON)

    facts = [json.loads(entry.facts) for entry in LedgerEntry.objects.filter(kind="release")]
    assert {fact["title"]: fact["subscribers"] for fact in facts} == {"Money": 2, "Race": 1}
    call_command("verify_ledger")


def test_follower_is_told_of_a_correction_and_of_a_withdrawal(election, release_now):
    follower(election, "budget", "budget")
    item = draft(election, "Money", "Budget")
    release_now(item)
    for number, change in enumerate(("correction", "withdrawal"), start=1):
        at = NOON + dt.timedelta(minutes=number)
        newest = InformationRequest.objects.order_by("version").last()
        new = new_version(newest, change=change, note="It was wrong.", by=None, at=at)
        release_now(new, at=NOON)

    assert Delivery.objects.filter(role="subscriber").count() == 3
    feed = PortalClient().get("/pcc-2021/log/topics/budget.atom").content.decode()
    assert "Withdrawn: information request" in feed


def test_who_follows_something_else_by_now_is_told_what_the_ledger_says(election, sink):
    reader = follower(election, "budget", "budget")
    release_reviewed([draft(election, "Money", "Budget")], election=election, title="One", at=NOON)
    Subscriber.objects.filter(pk=reader.pk).update(subjects="race")

    send_due()

    assert told()["budget"].state == "accepted"
    [(_, message)] = sink.messages
    assert "The answer on Money." in text_of(message)


def test_correction_goes_to_whoever_was_told_what_it_corrects(election, release_now):
    reader = follower(election, "budget")
    follower(election, "other", "race")
    item = draft(election, "Money", "Budget")
    release_now(item)
    Subscriber.objects.filter(pk=reader.pk).update(subjects="race")
    new = new_version(item, change="correction", note="It was wrong.", by=None, at=NOON)

    release_reviewed([new, draft(election, "Race", "Race")], election=election, title="2", at=NOON)

    mails = Delivery.objects.filter(release__title="2", role="subscriber")
    assert {mail.address.partition("@")[0]: mail.only == "" for mail in mails} == {
        "budget": True,
        "other": False,
    }


def test_ledger_that_counts_another_number_of_subscribers_is_found(election):
    follower(election, "budget", "budget")
    follower(election, "everything")
    items = [draft(election, "Money", "Budget"), draft(election, "Race", "Race")]
    release_reviewed(items, election=election, title="Two", at=NOON)
    Delivery.objects.exclude(only="").update(only="")

    assert "too many or too few" in str(verify().fault)

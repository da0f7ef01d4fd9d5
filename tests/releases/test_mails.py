import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from briefings.models import Newsletter, TextSection
from elections.models import User
from releases.mails import compose, message_id
from releases.models import CatchUp, Delivery, ReleasableItem, Release, Subscriber
from releases.sending import send_due
from tests.canaries import canaries_in, seed_items
from tests.conftest import give_status


@pytest.fixture
def reader(election) -> Subscriber:
    return Subscriber.objects.create(
        election=election,
        address="reader@example.org",
        asked_at=timezone.now(),
        confirmed_at=timezone.now(),
    )


def sent_to(mailoutbox, address: str):
    """The one mail to ``address``."""
    (message,) = [message for message in mailoutbox if message.to == [address]]
    return message


def parts(message) -> list[str]:
    return [message.body, message.alternatives[0][0]]


def test_mail_is_addressed_to_one_person_and_answers_no_machine(deliver, mailoutbox, candidate):
    delivery = deliver(title="The budget")
    send_due()

    (message,) = mailoutbox
    sent = message.message()
    assert sent["Subject"] == "Issue 1: The budget"
    assert sent["From"] == "Leicestershire OPCC <candidates-portal@example.org>"
    assert sent["Reply-To"] == "office@example.org"
    moment = int(delivery.release.released_at.timestamp())
    assert sent["Message-ID"] == f"<delivery-{delivery.pk}-{moment}@example.org>"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["List-Unsubscribe"] is None
    assert message.body.startswith(f"Dear {candidate.candidacies.get()},\n")


def test_agent_reads_for_whom_they_act(deliver, mailoutbox, agent, candidate):
    deliver()
    send_due()

    text, html = parts(sent_to(mailoutbox, agent.email))
    told = f"You act for {candidate.candidacies.get()}."
    assert text.startswith(f"Dear Adam Agent,\n\n{told}\n")
    assert f"<p>{told}</p>" in html.replace(' style="margin: 0 0 16px;"', "")


def test_subscriber_can_end_it_and_is_not_named(deliver, mailoutbox, reader, client):
    deliver()
    send_due()

    message = sent_to(mailoutbox, reader.address)
    stop = message.extra_headers["List-Unsubscribe"].strip("<>")
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop.startswith("http://127.0.0.1:8000/updates/stop/")
    assert all(stop in part for part in parts(message))
    assert message.body.startswith("Hello,\n")


def test_newsletter_stands_in_the_mail_whole_with_full_addresses(
    make_issue, release_now, candidate, mailoutbox, now
):
    issue = make_issue(title="The budget")
    text = '<p>Read <a href="/pcc-2021/log/">the log</a>.</p><ul><li>One</li><li>Two</li></ul>'
    TextSection.objects.create(
        parent=issue, region="main", ordering=1, heading="What is new", text=text
    )
    release_now(issue, at=now)
    send_due()

    text, html = parts(mailoutbox[0])
    assert "What is new\n-----------\n\nRead the log (http://127.0.0.1:8000/pcc-2021/log/)." in text
    assert "- One\n- Two" in text
    assert 'href="http://127.0.0.1:8000/pcc-2021/log/"' in html
    assert "http://127.0.0.1:8000/pcc-2021/newsletters/issue-1/" in text
    for part in (text, html):
        assert "Everyone sees this." in part
        assert "This mail does not report back that it was opened." in part
    assert "<img" not in html
    assert "<style" not in html


def test_correction_says_what_changed_with_old_and_new(
    make_issue, release_now, candidate, mailoutbox, now
):
    issue = make_issue()
    release_now(issue, at=now)
    Newsletter.objects.create(
        election=issue.election,
        slug=issue.slug,
        number=1,
        version=2,
        change="correction",
        change_note="The total was wrong: it is £2m.",
        title="Number 1",
        summary="News",
    )
    release_now(Newsletter.objects.get(version=2), at=now)
    send_due()

    corrected = mailoutbox[1]
    address = "http://127.0.0.1:8000/pcc-2021/newsletters/issue-1/"
    assert corrected.subject == "Correction: newsletter: Issue 1: Number 1"
    assert "What changed, and why: The total was wrong: it is £2m." in corrected.body
    assert f"The new version:\n{address}\n\nThe version before:\n{address}?version=1\n" in (
        corrected.body
    )


@pytest.mark.parametrize("is_public", [True, False])
def test_letters_hold_every_word_for_their_readers_and_none_that_is_not(
    election, release_now, is_public, now
):
    public = seed_items(election, "public", "public")
    hidden = seed_items(election, "hidden", "candidates")
    seed_items(election, "draft", "public")
    release_now(*public, *hidden, at=now)

    letter = compose([Release.objects.get()], is_public=is_public)

    for part in (letter.text, letter.html, letter.subject):
        found = canaries_in(part)
        assert not any("-draft-" in canary for canary in found)
        assert any("-hidden-" in canary for canary in found) is not is_public
    assert "canary-public-text-text" in letter.text
    assert "canary-public-response-text" in letter.text


def test_what_is_for_candidates_only_makes_no_mail_to_subscribers(
    make_issue, release_now, reader, now
):
    release_now(make_issue(audience=ReleasableItem.Audience.CANDIDATES), at=now)

    assert not Delivery.objects.filter(role="subscriber").exists()


def test_catch_up_lists_its_releases_in_their_order(
    make_issue, release_now, candidate, mailoutbox, now
):
    later, earlier = make_issue(2, title="Later"), make_issue(1, title="Earlier")
    release_now(later, at=now - dt.timedelta(days=1))
    release_now(earlier, at=now - dt.timedelta(days=2))
    Delivery.objects.update(state="accepted")
    person = candidate.candidacies.get()
    caught = CatchUp.objects.create(candidate=person, user=candidate, at=now)
    caught.releases.set(Release.objects.all())
    Delivery.objects.create(
        catch_up=caught,
        role="candidate",
        candidate=person,
        user=candidate,
        address=candidate.email,
        due_at=now,
        state_at=now,
    )
    send_due()

    (message,) = mailoutbox
    assert message.subject == "What candidates were told before you joined: 2 items"
    assert message.body.index("Issue 1: Earlier") < message.body.index("Issue 2: Later")


def test_letter_is_made_once_for_all_its_readers(
    deliver, agent, sink, django_assert_max_num_queries
):
    for number in range(20):
        Subscriber.objects.create(
            election=Release.objects.first().election if Release.objects.exists() else _of(agent),
            address=f"reader.{number}@example.org",
            asked_at=timezone.now(),
            confirmed_at=timezone.now(),
        )
    deliver()

    with django_assert_max_num_queries(22 * 16):
        send_due()
    assert len(sink.messages) == 22


def _of(agent: User):
    return agent.agencies.get().candidate.election


# --- whom it is not for any more ----------------------------------------------------------------


def leave(who: str, candidate: User, agent: User, reader: Subscriber) -> None:
    if who == "candidate":
        give_status(candidate.candidacies.get(), "withdrawn", on=timezone.localdate())
    elif who == "agent":
        agent.agencies.update(revoked_at=timezone.now(), revoked_by=candidate)
    else:
        Subscriber.objects.update(bounced_at=timezone.now())


@pytest.mark.parametrize("who", ["candidate", "agent", "subscriber"])
def test_who_left_since_the_release_is_not_written_to(
    deliver, candidate, agent, reader, mailoutbox, who
):
    deliver()
    leave(who, candidate, agent, reader)
    send_due()

    told = Delivery.objects.get(role=who)
    assert told.state == "left"
    assert told.reply.startswith("Not sent: ")
    assert len(mailoutbox) == (1 if who == "candidate" else 2)  # their agents leave with them
    assert not Delivery.objects.failed().exists()


def test_candidate_who_cannot_be_written_to_any_more_is_told_by_telephone(
    deliver, candidate, mailoutbox
):
    mail = deliver()
    User.objects.filter(pk=candidate.pk).update(is_active=False)
    send_due()

    assert mailoutbox == []
    assert [row.state for row in Delivery.objects.failed()] == ["no-address"]
    assert list(Delivery.objects.failed()) == [mail]


def test_number_of_a_mail_is_another_where_an_old_copy_of_the_data_was_put_back(now):
    assert message_id("delivery", 7, now) != message_id(
        "delivery", 7, now + dt.timedelta(minutes=1)
    )


def test_daily_mail_says_all_that_was_released(deliver, candidate, mailoutbox):
    from releases.models import MailChoice

    MailChoice.objects.create(user=candidate, is_daily=True)
    deliver(title="First")
    deliver(number=2, title="Second")
    with time_machine.travel(Delivery.objects.latest("due_at").due_at):
        send_due()

    (message,) = mailoutbox
    assert message.subject == "Issue 1: First and 1 more"
    assert "Issue 2: Second" in message.body


def test_mail_that_comes_late_holds_nothing_of_what_was_withdrawn(
    make_issue, release_now, candidate, mailoutbox, now
):
    """A catch-up, a daily mail and a second try come after the release: so can a withdrawal."""
    issue = make_issue(title="The budget")
    TextSection.objects.create(
        parent=issue, region="main", ordering=1, text="<p>Canary of a witness.</p>"
    )
    release_now(issue, at=now - dt.timedelta(minutes=1))
    Newsletter.objects.create(
        election=issue.election,
        slug=issue.slug,
        number=1,
        version=2,
        change="withdrawal",
        change_note="It named somebody.",
        title="The budget",
        summary="News",
    )
    release_now(Newsletter.objects.get(version=2), at=now)
    send_due()

    first, notice = mailoutbox
    for part in (*parts(first), *parts(notice)):
        assert "Canary" not in part
    for part in parts(first):
        assert "This has been withdrawn since." in part
    assert "It named somebody." in notice.body

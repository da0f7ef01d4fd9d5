import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from simple_history.utils import bulk_create_with_history

from briefings.models import Document, DocumentsSection, Newsletter, TextSection
from elections.models import User
from elections.refusals import Refused
from infolog.models import InformationRequest
from pcc_portal.findings import Finding, Severity
from releases.models import LedgerEntry, Release, Review, Waiver
from releases.neutrality import QUESTIONS
from releases.releasing import ReleaseRefused, release_items
from releases.reviewing import (
    approve,
    authors_of,
    in_pre_election_period,
    objections_to,
    override,
    refuse_unapproved,
    send_back,
    standing_step,
    submit,
    waive,
)
from tests.conftest import pass_review

# The poll is on 6 May 2021, and no notice is recorded: the period begins on polling day.
BEFORE = dt.datetime(2021, 3, 1, 10, tzinfo=dt.UTC)
IN_PERIOD = dt.datetime(2021, 5, 6, 10, tzinfo=dt.UTC)
YES = [(question, "yes") for question in QUESTIONS]
ERROR = Finding("dead-link", Severity.ERROR, "A link leads nowhere.")
WARNING = Finding("vague-link", Severity.WARNING, "A link says “here”.")
NOTE = Finding("long", Severity.NOTE, "It is long.")


@pytest.fixture
def author(db) -> User:
    return User.objects.create_user("author@example.org", "Anne Author", is_staff=True)


@pytest.fixture
def approver(db) -> User:
    return User.objects.create_user("approver@example.org", "Alan Approver", is_staff=True)


def wrote(row, user: User):
    """The row saved by this person."""
    row._history_user = user
    row.save()
    return row


@pytest.fixture
def issue(election, author) -> Newsletter:
    return wrote(
        Newsletter(election=election, slug="issue-1", number=1, title="One", summary="."), author
    )


@pytest.fixture
def request_asked(election, author) -> InformationRequest:
    asked = InformationRequest(
        election=election, title="A question", received_on=dt.date(2021, 1, 1), form="email"
    )
    return wrote(asked, author)


def refusal(act, *args, **more) -> str:
    with pytest.raises(Refused) as refused:
        act(*args, **more)
    assert refused.value.sentence
    return refused.value.code


# --- Steps


def test_steps_are_kept_with_who_took_them_when_and_why(issue, author, approver):
    submit(issue, by=author, at=BEFORE)
    send_back(issue, by=approver, at=BEFORE, reason=" Too long. ")
    submit(issue, by=author, at=BEFORE)
    approve(issue, by=approver, at=BEFORE)

    steps = list(Review.objects.of(issue).values_list("step", "by", "reason"))
    assert steps == [
        ("submitted", author.pk, ""),
        ("returned", approver.pk, "Too long."),
        ("submitted", author.pk, ""),
        ("approved", approver.pk, ""),
    ]
    assert standing_step(issue).step == "approved"


@pytest.mark.parametrize(
    "act",
    [
        lambda issue, by: submit(issue, by=by, at=BEFORE),
        lambda issue, by: approve(issue, by=by, at=BEFORE),
        lambda issue, by: send_back(issue, by=by, at=BEFORE, reason="Why."),
        lambda issue, by: override(issue, by=by, at=BEFORE, reason="Why."),
        lambda issue, by: waive(issue, WARNING, by=by, at=BEFORE, reason="Why."),
    ],
)
def test_no_step_is_taken_on_what_is_released_or_gone(issue, approver, release_now, act):
    stale = Newsletter.objects.get()
    release_now(issue)

    assert refusal(act, stale, approver) == "released"
    never = Newsletter(pk=999, election=issue.election, slug="never", number=9, title="Never")
    assert refusal(act, never, approver) == "gone"


def test_send_back_and_override_and_waiver_need_a_reason(issue, approver):
    assert refusal(send_back, issue, by=approver, at=BEFORE, reason=" ") == "reason"
    assert refusal(override, issue, by=approver, at=BEFORE, reason="") == "reason"
    assert refusal(waive, issue, WARNING, by=approver, at=BEFORE, reason="") == "reason"


def test_the_database_refuses_a_step_without_its_reason(issue, approver):
    step = send_back(issue, by=approver, at=BEFORE, reason="Why.")

    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=step.pk).update(reason="")


def test_approval_of_something_else_than_was_looked_at_is_refused(issue, approver):
    looked_at = submit(issue, by=None, at=BEFORE).content_hash
    Newsletter.objects.update(title="Changed meanwhile")

    assert refusal(approve, issue, by=approver, at=BEFORE, seen=looked_at) == "changed"
    seen = submit(issue, by=None, at=BEFORE).content_hash
    assert approve(issue, by=approver, at=BEFORE, seen=seen).step == "approved"


# --- Authors


def test_author_cannot_approve_their_own_item(issue, author, approver):
    assert refusal(approve, issue, by=author, at=BEFORE) == "author"
    assert approve(issue, by=approver, at=BEFORE).by == approver


def test_authors_are_all_who_changed_it_or_a_part_or_a_part_of_a_part(request_asked, author):
    names = ("first", "second", "third", "fourth")
    one, two, three, four = (
        User.objects.create_user(f"{name}@example.org", name) for name in names
    )
    part = request_asked.parts.model(request=request_asked, position=1, question="What?")
    wrote(part, one)
    response = part.responses.model(part=part, position=1, responder="Office", text="This.")
    wrote(response, two)
    response.text = "That."
    wrote(response, three)
    response._history_user = four
    response.delete()

    assert authors_of(request_asked) == {author.pk, one.pk, two.pk, three.pk, four.pk}


def test_authors_are_those_too_who_changed_what_a_part_refers_to(issue, author, election):
    paper = Document.objects.create(
        election=election,
        slug="plan",
        title="Plan",
        publisher="Office",
        published_on=dt.date(2021, 1, 1),
        category="plan",
        link="https://example.org",
    )
    other = User.objects.create_user("other@example.org", "Other")
    section = wrote(DocumentsSection(parent=issue, region="main", ordering=1), author)
    section._history_user = other
    section.documents.add(paper)

    assert authors_of(issue) == {author.pk, other.pk}


def test_to_put_it_into_a_release_or_take_it_out_makes_nobody_an_author(
    issue, election, author, approver
):
    issue.release = Release.objects.create(election=election, title="Both")
    wrote(issue, approver)
    issue.release = None
    wrote(issue, approver)

    assert authors_of(issue) == {author.pk}
    assert approve(issue, by=approver, at=BEFORE)


def test_a_change_made_while_it_is_put_into_a_release_makes_an_author(issue, election, approver):
    issue.release = Release.objects.create(election=election, title="Both")
    issue.title = "Another"
    wrote(issue, approver)

    assert approver.pk in authors_of(issue)


def test_many_parts_written_at_once_have_their_author(request_asked, author, approver):
    part = wrote(
        request_asked.parts.model(request=request_asked, position=1, question="What?"), author
    )
    response = part.responses.model(part=part, position=1, responder="Office", text="This.")
    bulk_create_with_history([response], type(response), default_user=approver)

    assert authors_of(request_asked) == {author.pk, approver.pk}


# --- An approval is for what was approved


def _change_the_row(request):
    InformationRequest.objects.update(note="More")


def _add_a_part(request):
    request.parts.create(position=2, question="And?")


def _change_a_part(request):
    request.parts.update(question="Who?")


def _change_a_part_of_a_part(request):
    request.parts.get().responses.update(text="That.")


def _delete_a_part_of_a_part(request):
    request.parts.get().responses.all().delete()


@pytest.mark.parametrize(
    "change",
    [
        _change_the_row,
        _add_a_part,
        _change_a_part,
        _change_a_part_of_a_part,
        _delete_a_part_of_a_part,
    ],
)
def test_any_later_change_undoes_the_approval(request_asked, approver, change):
    part = request_asked.parts.create(position=1, question="What?")
    part.responses.create(position=1, responder="Office", text="This.")
    approve(request_asked, by=approver, at=BEFORE)
    assert refuse_unapproved(request_asked, BEFORE).step == "approved"

    change(request_asked)

    assert standing_step(request_asked) is None
    assert refusal(refuse_unapproved, request_asked, BEFORE) == "unapproved"


def test_what_is_put_back_as_it_was_is_approved_again(issue, approver):
    approve(issue, by=approver, at=BEFORE)
    Newsletter.objects.update(title="Another")
    Newsletter.objects.update(title="One")

    assert standing_step(issue).step == "approved"


@pytest.fixture
def paper(election, author) -> Document:
    return wrote(
        Document(
            election=election,
            slug="plan",
            title="Plan",
            publisher="Office",
            published_on=dt.date(2021, 1, 1),
            category="plan",
            file=ContentFile(b"%PDF-1.4\n%%EOF\n", "plan.pdf"),
        ),
        author,
    )


def test_another_file_undoes_the_approval(paper):
    pass_review(paper, at=BEFORE)
    with paper.file.storage.open(paper.file.name, "wb") as opened:
        opened.write(b"%PDF-1.4\nAnother\n%%EOF\n")

    assert standing_step(paper) is None


def test_a_file_that_is_gone_is_told_and_breaks_nothing(paper, approver):
    pass_review(paper, at=BEFORE)
    paper = Document.objects.get()
    paper.file.storage.delete(paper.file.name)

    assert standing_step(paper) is None
    assert refusal(approve, paper, by=approver, at=BEFORE) == "errors"
    assert refusal(submit, paper, by=approver, at=BEFORE) == "errors"
    assert refusal(refuse_unapproved, paper, BEFORE) == "no_file"
    with pytest.raises(ReleaseRefused) as refused:
        release_items([paper], election=paper.election, title="Plan", at=BEFORE)
    assert refused.value.code == "not_ready"


def test_a_step_after_the_approval_takes_its_place(issue, approver):
    approve(issue, by=approver, at=BEFORE)
    send_back(issue, by=approver, at=BEFORE, reason="On second thoughts.")

    assert refusal(refuse_unapproved, issue, BEFORE) == "unapproved"


def test_nothing_is_released_that_nobody_approved(issue, election):
    with pytest.raises(ReleaseRefused) as refused:
        release_items([issue], election=election, title="One", at=BEFORE)

    assert refused.value.code == "unapproved"
    assert not Release.objects.exists()


# --- The pre-election period


def test_the_period_holds_polling_day_and_the_days_of_the_count(issue):
    assert [in_pre_election_period(issue, at) for at in (BEFORE, IN_PERIOD)] == [False, True]


def test_in_the_period_every_question_is_answered_with_yes(issue, approver):
    one_no = [*YES[:-1], (QUESTIONS[-1], "no")]
    for answers in ((), YES[:-1], one_no):
        told = refusal(approve, issue, by=approver, at=IN_PERIOD, checklist=answers)
        assert told == "checklist"

    step = approve(issue, by=approver, at=IN_PERIOD, checklist=YES)

    assert step.checklist == [[question, "yes"] for question in QUESTIONS]


def test_override_is_in_the_ledger_and_does_without_a_second_person(issue, author, election):
    override(issue, by=author, at=BEFORE, reason="The office is one person today.")

    release_items([issue], election=election, title="One", at=BEFORE, by=author)
    kinds = list(LedgerEntry.objects.values_list("kind", flat=True))
    assert kinds == ["override", "release"]


def test_override_is_refused_in_the_period(issue, author):
    assert refusal(override, issue, by=author, at=IN_PERIOD, reason="Why.") == "period"
    assert not Review.objects.exists()


def test_override_from_before_the_period_is_no_longer_worth_anything_in_it(issue, author, election):
    override(issue, by=author, at=BEFORE, reason="Why.")

    assert refusal(refuse_unapproved, issue, IN_PERIOD) == "unapproved"
    with pytest.raises(ReleaseRefused) as refused:
        release_items([issue], election=election, title="One", at=IN_PERIOD)
    assert refused.value.code == "unapproved"


# --- What the checks say


@pytest.fixture
def say(issue):
    """The issue, as if the checks said this of it."""

    def _say(*findings: Finding) -> Newsletter:
        issue.findings = lambda: list(findings)
        return issue

    return _say


def test_errors_stop_every_step_and_cannot_be_waived(say, approver):
    issue = say(ERROR, NOTE)

    assert refusal(submit, issue, by=approver, at=BEFORE) == "errors"
    assert refusal(approve, issue, by=approver, at=BEFORE) == "errors"
    assert refusal(override, issue, by=approver, at=BEFORE, reason="Why.") == "errors"
    assert refusal(waive, issue, ERROR, by=approver, at=BEFORE, reason="Why.") == "error"


def test_a_warning_stops_the_approval_until_it_is_waived(say, approver):
    issue = say(WARNING, NOTE)
    assert submit(issue, by=approver, at=BEFORE)
    assert refusal(approve, issue, by=approver, at=BEFORE) == "warnings"
    assert refusal(override, issue, by=approver, at=BEFORE, reason="Why.") == "warnings"

    waiver = waive(issue, WARNING, by=approver, at=BEFORE, reason=" It is a quotation. ")

    assert waiver.reason == "It is a quotation."
    assert approve(issue, by=approver, at=BEFORE)
    told = objections_to(issue)
    assert (told.errors, told.warnings, told.notes) == ([], [], [NOTE])
    assert told.waived == [(WARNING, waiver)]


def test_what_the_checks_find_after_the_approval_stops_the_release(say, approver):
    issue = say()
    approve(issue, by=approver, at=BEFORE)

    assert refusal(refuse_unapproved, say(WARNING), BEFORE) == "warnings"
    assert refusal(refuse_unapproved, say(ERROR), BEFORE) == "errors"


def test_a_waiver_is_kept_once_and_in_the_ledger_once(issue, approver):
    first = waive(issue, WARNING, by=approver, at=BEFORE, reason="Why.")
    again = waive(issue, WARNING, by=approver, at=BEFORE, reason="Another.")

    assert first == again == Waiver.objects.get()
    assert [entry.kind for entry in LedgerEntry.objects.all()] == ["waiver"]


def test_a_waiver_holds_for_the_same_warning_of_the_same_item_only(say, election, approver):
    issue = say(WARNING)
    waive(issue, WARNING, by=approver, at=BEFORE, reason="Why.")
    another = Finding("vague-link", Severity.WARNING, "A link says “click”.")
    other = Newsletter.objects.create(
        election=election, slug="issue-2", number=2, title="Two", summary="."
    )
    other.findings = lambda: [WARNING]

    assert objections_to(say(another)).warnings == [another]
    assert objections_to(other).warnings == [WARNING]


def test_the_database_keeps_a_waiver_with_its_reason(issue, approver):
    waive(issue, WARNING, by=approver, at=BEFORE, reason="Why.")

    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.update(reason="")


def test_nothing_is_said_of_a_withdrawal(say):
    issue = say(ERROR)
    issue.change, issue.version = "withdrawal", 2
    issue.change_note = "It was wrong."

    assert objections_to(issue).errors == []


@pytest.mark.parametrize("change", ["correction", "withdrawal"])
def test_note_that_everyone_reads_is_checked_like_the_rest(issue, change):
    issue.change, issue.version = change, 2
    issue.change_note = "Labour complained: see (#). It was"

    found = objections_to(issue)

    assert "unfinished" in {one.code for one in found.errors + found.warnings}


def test_approval_from_before_the_period_has_to_be_given_again_in_it(issue, approver):
    approve(issue, by=approver, at=BEFORE)
    refuse_unapproved(issue, BEFORE)

    assert refusal(refuse_unapproved, issue, IN_PERIOD) == "checklist"

    approve(issue, by=approver, at=IN_PERIOD, checklist=YES)
    assert refuse_unapproved(issue, IN_PERIOD).step == "approved"


def test_a_text_of_a_newsletter_changed_behind_the_approval_is_not_released(issue, election):
    section = TextSection.objects.create(parent=issue, region="main", ordering=1, text="<p>A</p>")
    pass_review(issue)
    section.text = "<p>B</p>"
    section.save()

    with pytest.raises(ReleaseRefused) as refused:
        release_items([issue], election=election, title="One", at=BEFORE)
    assert refused.value.code == "unapproved"

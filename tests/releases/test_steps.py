"""The steps of an item as staff take them, page by page."""

import datetime as dt
from html import unescape

import pytest
from django.urls import reverse

from briefings.models import Newsletter, TextSection
from infolog.models import InformationRequest
from pcc_portal.findings import Finding, Severity
from releases.models import Release, Review, Waiver
from releases.neutrality import QUESTIONS
from releases.reviewing import approve, objections_to, override, submit
from releases.steps import address_of, name_of, waive_address
from tests.conftest import NOON, pass_review

BEFORE = dt.datetime(2021, 3, 1, 10, tzinfo=dt.UTC)
IN_PERIOD = dt.datetime(2021, 5, 6, 10, tzinfo=dt.UTC)
YES = {f"question_{number}": "yes" for number in range(len(QUESTIONS))}
WARNING = Finding("vague-link", Severity.WARNING, "A link says “here”.")


@pytest.fixture(autouse=True)
def _before_the_period(time_machine):
    time_machine.move_to(BEFORE)


@pytest.fixture
def writer(make_staff):
    return make_staff("editor", name="Edith")


@pytest.fixture
def approver(make_staff):
    return make_staff("approver", name="Alan")


@pytest.fixture
def issue(election, writer) -> Newsletter:
    issue = Newsletter(election=election, slug="issue-1", number=1, title="One", summary=".")
    issue._history_user = writer
    issue.save()
    return issue


def change_page(item) -> str:
    return reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_change", args=[item.pk])


def read(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def offers(client, item) -> list[str]:
    return [offer.label for offer in client.get(change_page(item)).context["panel"].offers]


def told(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def take(client, item, step: str, **given):
    response = client.get(address_of(item, step))
    initial = response.context["form"].initial if response.context else {}
    return client.post(address_of(item, step), initial | given, follow=True)


# --- Who is offered what


def test_each_is_offered_the_steps_they_may_take(client, issue, writer, approver, make_staff):
    seen = {}
    for person in (writer, approver, make_staff("organiser"), make_staff("auditor")):
        client.force_login(person)
        seen[person.name] = offers(client, issue)

    assert seen == {
        "Edith": ["Put in for review"],
        "Alan": ["Approve", "Release without a second person"],
        "Staff organiser": [],
        "Staff auditor": [],
    }


def test_what_is_offered_follows_the_state(client, issue, editor, release_now):
    client.force_login(editor)
    seen = [offers(client, issue)]
    submit(issue, by=None, at=BEFORE)
    seen.append(offers(client, issue))
    approve(issue, by=None, at=BEFORE)
    seen.append(offers(client, issue))
    release_now(issue, at=BEFORE)
    seen.append(offers(client, issue))

    assert seen == [
        ["Put in for review", "Approve", "Release without a second person"],
        ["Approve", "Send back", "Release without a second person"],
        ["Send back"],
        ["Make a new version", "Withdraw"],
    ]


@pytest.mark.parametrize("step", ["approve", "send-back", "override", "withdraw"])
def test_steps_of_an_approver_are_refused_to_a_writer(client, issue, writer, step):
    client.force_login(writer)

    assert client.get(address_of(issue, step)).status_code == 403
    assert client.post(address_of(issue, step), {"reason": "Why."}).status_code == 403
    assert not Review.objects.exists()


@pytest.mark.parametrize("step", ["submit", "version"])
def test_steps_of_a_writer_are_refused_to_others(client, issue, make_staff, step):
    client.force_login(make_staff("organiser"))

    assert client.post(address_of(issue, step)).status_code == 403


@pytest.mark.parametrize(
    "place",
    [
        "item/briefings.newsletter/999/approve/",
        "item/briefings.newsletter/{pk}/no-such-step/",
        "item/elections.user/{pk}/approve/",
        "item/no.kind/{pk}/approve/",
        "item/nothing/{pk}/approve/",
        "item/briefings.newsletter/{pk}/preview/no-such-way/",
    ],
)
def test_what_is_not_there_is_not_found(client, issue, editor, place):
    client.force_login(editor)

    assert client.get(f"/admin/releases/release/{place.format(pk=issue.pk)}").status_code == 404


# --- Taking them


def test_item_goes_its_way_by_buttons(client, issue, writer, approver):
    client.force_login(writer)
    put_in = client.post(address_of(issue, "submit"), follow=True)
    client.force_login(approver)
    back = take(client, issue, "send-back", reason="Too long.")
    client.force_login(writer)
    take(client, issue, "submit")
    client.force_login(approver)
    approved = take(client, issue, "approve")

    assert told(put_in) == ["“Issue 1: One” is in review."]
    assert told(back) == ["“Issue 1: One” is sent back. The reason stands on its page."]
    assert told(approved) == ["“Issue 1: One” is approved as it stands now."]
    page = " ".join(unescape(approved.content.decode()).split())
    assert "State: Approved" in page
    assert "<strong>Sent back</strong> by Alan, Monday 1 March 2021 at 10:00 GMT: Too long." in page
    assert page.count("<strong>Put in for review</strong> by Edith") == 2


def test_refusal_is_told_and_what_was_written_stays(client, issue, approver):
    client.force_login(approver)
    page = client.post(address_of(issue, "send-back"), {"reason": " "})
    assert "Say why, in a sentence." in page.content.decode()
    assert page.status_code == 200

    issue._history_user = approver
    issue.title = "Mine too"
    issue.save()
    refused = take(client, issue, "approve")

    assert "You wrote part of this. Somebody else has to approve it." in unescape(
        refused.content.decode()
    )
    assert "You wrote part of this" in read(client, change_page(issue))
    assert not Review.objects.exists()


def test_approval_of_what_was_changed_meanwhile_is_refused(client, issue, approver):
    client.force_login(approver)
    seen = client.get(address_of(issue, "approve")).context["form"].initial
    Newsletter.objects.update(title="Changed meanwhile")

    refused = client.post(address_of(issue, "approve"), seen)
    without = client.post(address_of(issue, "approve"), {})

    for page in (refused, without):
        assert "Somebody changed this while you had it open" in page.content.decode()
    assert not Review.objects.exists()


def test_approve_page_shows_what_is_approved(client, issue, approver):
    client.force_login(approver)

    page = read(client, address_of(issue, "approve"))

    assert "<dt>Title</dt><dd>One</dd>" in page
    assert QUESTIONS[0] not in page


def test_in_the_period_the_checklist_is_asked_and_kept(client, issue, approver, time_machine):
    time_machine.move_to(IN_PERIOD)
    client.force_login(approver)
    assert QUESTIONS[0] in read(client, address_of(issue, "approve"))

    open_question = take(client, issue, "approve", **{**YES, "question_1": ""})
    answered_no = take(client, issue, "approve", **{**YES, "question_1": "no"})
    approved = take(client, issue, "approve", **YES)

    assert "Answer this with yes or no." in open_question.content.decode()
    assert "every question of the checklist" in answered_no.content.decode()
    assert told(approved) == ["“Issue 1: One” is approved as it stands now."]
    assert Review.objects.get().checklist == [[question, "yes"] for question in QUESTIONS]


def test_in_the_period_nobody_does_without_a_second_person(client, issue, approver, time_machine):
    time_machine.move_to(IN_PERIOD)
    client.force_login(approver)

    assert offers(client, issue) == ["Approve"]
    refused = client.post(address_of(issue, "override"), {"reason": "Why."})

    assert "a second person has to approve everything" in refused.content.decode()


def test_override_is_kept_with_its_reason(client, issue, approver):
    client.force_login(approver)

    done = take(client, issue, "override", reason="Nobody else is here.")

    assert told(done)[0].startswith("“Issue 1: One” can be released without a second person.")
    assert Review.objects.get().reason == "Nobody else is here."


def test_new_version_leads_to_its_draft(client, issue, writer, release_now):
    release_now(issue, at=BEFORE)
    client.force_login(writer)
    nothing = take(client, issue, "version", change="correction", note="")
    nobody = take(client, issue, "version")
    done = take(client, issue, "version", change="correction", note="The date was wrong.")

    assert "Say what changed, and why" in unescape(nothing.content.decode())
    assert "Say what kind of change it is." in nobody.content.decode()
    new = Newsletter.objects.get(version=2)
    assert done.redirect_chain[-1][0] == change_page(new)
    assert (
        "This is version 2: correction. What readers are told: “The date was wrong.”"
        in " ".join(unescape(done.content.decode()).split())
    )
    assert offers(client, issue) == []


def test_withdrawal_is_a_draft_until_it_is_approved_and_released(
    client, issue, approver, editor, release_now
):
    release_now(issue, at=BEFORE)
    client.force_login(approver)
    assert offers(client, issue) == ["Withdraw"]

    done = take(client, issue, "withdraw", note="It was not ours.")

    gone = Newsletter.objects.get(version=2)
    assert (gone.change, gone.change_note, gone.release) == ("withdrawal", "It was not ours.", None)
    assert done.redirect_chain[-1][0] == change_page(gone)
    assert offers(client, gone) == ["Release without a second person"]  # it is their own


# --- Waivers


def test_warning_that_is_not_given_leads_back(client, issue, approver):
    client.force_login(approver)

    response = client.get(waive_address(issue, WARNING), follow=True)

    assert told(response) == ["That warning is not given any more, or it has been waived already."]


def test_warning_is_waived_with_a_reason_and_then_stops_nothing(client, issue, approver):
    TextSection.objects.create(
        parent=issue,
        region="main",
        ordering=1,
        text='<p>Read it <a href="https://www.example.org/">here</a>.</p>',
    )
    client.force_login(approver)
    warning = objections_to(issue).warnings[0]
    stopped = take(client, issue, "approve")

    assert waive_address(issue, warning) in client.get(change_page(issue)).content.decode()
    assert warning.sentence in read(client, waive_address(issue, warning))
    nothing = client.post(waive_address(issue, warning), {"reason": ""})
    done = client.post(waive_address(issue, warning), {"reason": "It is."}, follow=True)

    assert "Put this right, or say why it may stand" in unescape(stopped.content.decode())
    assert "Say why, in a sentence." in nothing.content.decode()
    assert told(done) == ["The warning is waived. The reason is kept and listed."]
    assert warning not in objections_to(issue).warnings


def test_warning_is_waived_by_those_who_may_release_only(client, issue, writer):
    client.force_login(writer)

    assert client.get(waive_address(issue, WARNING)).status_code == 403


def test_name_of_a_finding_is_another_when_it_says_something_else():
    other = Finding(WARNING.code, WARNING.severity, "A link says “click”.")

    assert name_of(WARNING) == name_of(WARNING) != name_of(other)


def test_waivers_are_listed_with_the_item(client, issue, approver):
    Waiver.objects.create(
        election=issue.election,
        kind="briefings.newsletter",
        slug=issue.slug,
        code=WARNING.code,
        sentence=WARNING.sentence,
        reason="It is a quotation.",
        by=approver,
        at=NOON,
    )
    client.force_login(approver)

    page = read(client, change_page(issue))
    assert "<strong>Warning waived</strong> by Alan, Tuesday 30 March 2021 at 12:00 BST" in page
    assert "It is a quotation. (the warning: “A link says “here”.”)" in page


# --- A change undoes the approval


def test_saving_something_approved_undoes_it_and_says_so(client, issue, editor):
    pass_review(issue)
    client.force_login(editor)
    address = change_page(issue)
    before = read(client, address)
    form = client.get(address).context["adminform"].form.initial
    data = {name: value for name, value in form.items() if value not in (None, "")}
    for inline in client.get(address).context["inline_admin_formsets"]:
        prefix = inline.formset.prefix
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}

    same = client.post(address, data, follow=True)
    other = client.post(address, data | {"title": "Another"}, follow=True)

    assert "Whatever you change and save here undoes the approval" in before
    assert not any("had been approved" in one for one in told(same))
    assert any("“Issue 1: One” had been approved. Your change has undone" in m for m in told(other))
    assert "undoes the approval" not in other.content.decode()


def test_saving_a_part_undoes_the_approval_of_its_item_and_says_so(client, election, editor):
    request = InformationRequest.objects.create(
        election=election, title="A question", received_on=dt.date(2021, 1, 1), form="email"
    )
    part = request.parts.create(position=1, question="What?", outcome="declined", outcome_note=".")
    pass_review(request)
    client.force_login(editor)
    address = reverse("admin:infolog_part_change", args=[part.pk])
    assert "undoes the approval" in read(client, address)

    response = client.post(
        address,
        {
            "question": "Who?",
            "outcome": "declined",
            "outcome_note": ".",
            "responses-TOTAL_FORMS": 0,
            "responses-INITIAL_FORMS": 0,
        },
        follow=True,
    )

    assert any("had been approved. Your change has undone that" in one for one in told(response))


# --- The list


def test_list_says_where_each_stands(client, election, editor, release_now):
    issues = [
        Newsletter.objects.create(
            election=election, slug=f"issue-{number}", number=number, title=".", summary="."
        )
        for number in range(1, 8)
    ]
    _draft, reviewed, approved, scheduled, released, overridden, unapproved = issues
    submit(reviewed, by=None, at=BEFORE)
    due = dt.datetime(2021, 4, 13, 9, tzinfo=dt.UTC)
    bundle = Release.objects.create(election=election, title="Due", due_at=due)
    Newsletter.objects.filter(pk__in=[scheduled.pk, unapproved.pk]).update(release=bundle)
    pass_review(approved, scheduled)
    override(overridden, by=editor, at=BEFORE, reason="Why.")
    release_now(released, at=BEFORE)
    client.force_login(editor)

    rows = client.get(reverse("admin:briefings_newsletter_changelist")).context["cl"].result_list

    said = {row.number: row.state_in_list.value for row in rows}
    assert said == {
        1: "draft",
        2: "in-review",
        3: "approved",
        4: "scheduled",
        5: "released",
        6: "approved",
        7: "draft",
    }
    page = read(client, reverse("admin:briefings_newsletter_changelist"))
    assert "Scheduled: 13 April 2021, 10:00 BST" in page
    assert "Draft, not approved for 13 April 2021, 10:00 BST" in page


def test_list_asks_as_often_for_many_as_for_few(
    client, election, editor, django_assert_max_num_queries, django_assert_num_queries
):
    def make(number: int) -> None:
        for kind in range(3):
            issue = Newsletter.objects.create(
                election=election,
                slug=f"issue-{number}-{kind}",
                number=number * 10 + kind,
                title=".",
                summary=".",
            )
            step = (submit, approve, override)[kind]
            more = {"reason": "Why."} if step is override else {}
            step(issue, by=editor if more else None, at=BEFORE, **more)

    client.force_login(editor)
    address = reverse("admin:briefings_newsletter_changelist")
    make(1)
    client.get(address)
    with django_assert_max_num_queries(100) as few:
        client.get(address)
    make(2)
    make(3)

    with django_assert_num_queries(len(few)):
        client.get(address)

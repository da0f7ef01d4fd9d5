"""A candidate asks, the keeper passes it on, an officer answers blind, another candidate reads."""

import re
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from scripts import serving

from .conftest import _sign_in, declare_impartiality

QUESTION = "How many bicycles does the marine unit of the force own, and why do I see none?"
NEUTRAL = "How many bicycles does the marine unit of the force own?"
TITLE = "Bicycles of the marine unit"


@pytest.fixture
def desk(browser, portal):
    """A browser for staff: what Django's own scripts do to a style is not asked of their pages."""
    context = browser.new_context(base_url=portal, viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def as_(page, desk, data_dir):
    """Sign out whoever is there, and sign in somebody else; staff at their desk."""

    def _as(email: str):
        is_staff = "candidate" not in email
        used = desk if is_staff else page
        used.context.clear_cookies()
        _sign_in(used, email, data_dir / "mail")
        if is_staff:
            declare_impartiality(used)
        else:
            used.get_by_role("button", name="Sign out").wait_for()
        return used

    return _as


APPROVE = f"""
from django.utils import timezone
from infolog.models import InformationRequest
from releases.neutrality import QUESTIONS
from releases.reviewing import approve, objections_to, waive
item = InformationRequest.objects.filter(title={TITLE!r}).latest("version")
at = timezone.now()
for warning in objections_to(item).warnings:
    waive(item, warning, by=None, at=at, reason="As the force wrote it.")
approve(item, by=None, at=at, checklist=[(question, "yes") for question in QUESTIONS])
"""


@pytest.fixture
def approve(data_dir):
    """Somebody approves the answer as it stands."""

    def _approve() -> None:
        command = [sys.executable, "manage.py", "shell", "-v0", "-c", APPROVE]
        subprocess.run(command, cwd=serving.ROOT, env=serving.environment(data_dir), check=True)

    return _approve


def ask(page, axe, no_sideways_scroll) -> str:
    page.goto("/")
    page.get_by_role("link", name="Information log").first.click()
    page.get_by_role("link", name="Ask a question, if you are a candidate or an agent").click()
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_role("button", name="Add another question").click()
    page.get_by_label("Question 2").fill("And how many boats?")
    axe(page)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your question")
    axe(page)
    page.set_viewport_size({"width": 320, "height": 640})
    no_sideways_scroll(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="Send the question").click()
    expect(page.get_by_text("We have your question.")).to_be_visible()
    axe(page)
    return page.url


def pass_on(page, axe) -> None:
    page.goto("/admin/infolog/enquiry/?due=not-passed-on")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="Pass on without the name").click()
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("Question 1").fill(NEUTRAL)
    page.get_by_label("Question 2").fill("")
    axe(page)
    page.get_by_role("button", name="Pass on").click()
    expect(page.get_by_text("Nobody sees who asked.")).to_be_visible()


def address_for_the_force(page) -> str:
    page.goto("/admin/infolog/forceaddress/add/")
    page.get_by_label("Request").select_option(label=TITLE)
    page.get_by_label("For whom").fill("Force Fleet")
    page.get_by_role("button", name="Save", exact=True).click()
    told = page.get_by_text("Send this address to Force Fleet").inner_text()
    return urlsplit(re.search(r"http\S+", told)[0]).path


def release_it(page) -> None:
    page.goto("/admin/infolog/informationrequest/?q=bicycles")
    page.locator("tr", has_text="Approved").locator("input.action-select").check()
    page.get_by_label("Action:").select_option(label="Release the chosen items now, together")
    page.get_by_role("button", name="Run").or_(page.get_by_role("button", name="Go")).click()
    page.get_by_role("button", name="Release now").click()
    expect(page.get_by_text("Released on").first).to_be_visible()


def correct(page) -> None:
    page.goto("/admin/infolog/informationrequest/?q=bicycles")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="Make a new version…").click()
    page.get_by_label("Correction: something was wrong or left out").check()
    page.get_by_label("What changed, and why").fill("One bicycle had been left out.")
    page.get_by_role("button", name="Make a new version").click()
    page.get_by_role("link", name="Write or read the responses to this part").click()
    page.get_by_role("textbox", name="What they said").first.fill(
        "The marine unit owns 13 bicycles."
    )
    page.get_by_role("button", name="Save", exact=True).click()


def reads_the_correction(page) -> None:
    expect(page.get_by_text("The marine unit owns 13 bicycles.")).to_be_visible()
    expect(page.get_by_text("One bicycle had been left out.").first).to_be_visible()
    expect(page.get_by_role("heading", name="What happened to it")).to_be_visible()


def test_question_goes_from_one_candidate_to_the_answer_for_all(
    as_, approve, axe, no_sideways_scroll
):
    own = ask(as_("candidate@example.org"), axe, no_sideways_scroll)
    pass_on(as_("keeper@example.org"), axe)

    page = as_("answers@example.org")
    page.goto("/admin/")
    path = address_for_the_force(page)
    page.context.clear_cookies()
    page.goto(path)
    expect(page.get_by_text(NEUTRAL).first).to_be_visible()
    axe(page)
    page.get_by_label("Your name").fill("Pat Wheeler")
    page.get_by_label("Your role").fill("Fleet manager")
    page.get_by_label("Your response").fill("The marine unit owns 12 bicycles.")
    page.get_by_role("button", name="Send the response to the office").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The office has your response")
    page.goto(path)
    expect(page.get_by_text("this address works once only")).to_be_visible()

    page = as_("answers@example.org")
    page.goto("/admin/infolog/proposal/")
    page.locator("#action-toggle").check()
    page.get_by_label("Action:").select_option(label="Take over as a response")
    page.get_by_role("button", name="Run").or_(page.get_by_role("button", name="Go")).click()
    expect(page.get_by_text("Taken over, in the draft of the answer: 1.")).to_be_visible()
    page.goto(reverse("admin:infolog_work_changelist"))
    expect(page.get_by_text(TITLE)).to_be_visible()
    assert "Amara" not in page.content()
    axe(page)

    page = as_("candidate@example.org")
    page.goto(own)
    expect(page.get_by_text("Being answered")).to_be_visible()
    assert "12 bicycles" not in page.content()

    approve()
    page = as_("approver@example.org")
    release_it(page)

    page = as_("second.candidate@example.org")
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_text("The marine unit owns 12 bicycles.")).to_be_visible()
    expect(page.get_by_text("Pat Wheeler, Fleet manager")).to_be_visible()
    assert "Amara" not in page.content()
    assert "EQ-" not in page.content()

    page = as_("candidate@example.org")
    page.goto(own)
    page.get_by_role("link", name=f"Read the answer: {TITLE}").click()
    expect(page.get_by_text("The marine unit owns 12 bicycles.")).to_be_visible()

    correct(as_("answers@example.org"))
    approve()
    release_it(as_("approver@example.org"))
    page = as_("second.candidate@example.org")
    page.get_by_role("link", name=TITLE).first.click()
    reads_the_correction(page)
    axe(page)
    page = as_("candidate@example.org")
    page.goto(own)
    page.get_by_role("link", name=f"Read the answer: {TITLE}").click()
    reads_the_correction(page)


def test_stranger_is_told_who_asks(as_, axe):
    page = as_("editor@example.org")
    page.goto("/")
    page.get_by_role("link", name="Information log").first.click()
    page.get_by_role("link", name="Ask a question, if you are a candidate or an agent").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You cannot ask here")
    axe(page)

"""A walk past every door of the portal: who is let in, as the tables below say, and who is not.

A new address needs a row. What staff may do with each model in the admin is the table of
``tests/elections/test_roles.py``; here it is asked of every page the admin makes for it.
"""

import datetime as dt
import re

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import RequestFactory
from django.urls import reverse
from model_bakery import baker

from elections.calendar_addresses import make_anew
from elections.models import Invitation, StandingRequest, User
from elections.roles import Role
from infolog.force import path_of
from infolog.importing.taking_in import confirm_columns
from infolog.models import Enquiry, ForceAddress
from releases.models import Delivery
from releases.update_links import confirm_address, stop_address
from tests.addresses import Address, all_addresses
from tests.canaries import seed_items
from tests.conftest import APP_KEY, NOON, PortalClient
from tests.elections import test_roles
from workshops.models import Booking, EventBook

pytestmark = pytest.mark.every_page

APRIL_10 = dt.datetime(2021, 4, 10, 11, 0, tzinfo=dt.UTC)

# What somebody meets who asks for a page:
#   ok    the page            in    led to sign in       2nd   led to their second factor
#   go    led on elsewhere    say   led to declare that they are impartial
#   post  it is asked by POST only    403, 404  as the code says
# The columns are somebody who is not signed in, the candidate, their agent, a candidate of the
# other election, one who has withdrawn; every role of staff, each alone, and staff without a role
# (plain), who have not declared yet (new), who have not used their second factor in this session
# (late) or have none (bare). A row begins with the name of the address and what is asked for there:
#   public, candidates, draft   what is of this election: for everyone, for its candidates, a draft
#   elsewhere                   what is for the candidates of the other election
#   theirs                      what belongs to the candidate alone
#   another                     what belongs to somebody who does not walk here
# A calendar address is its own key: whoever knows the candidate’s reads it; another’s was closed.
PORTAL = """
#name                       of         anon cand agent other gone staff plain new  late bare
home                        -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
accessibility               -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
privacy                     -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
cookies                     -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
contact                     -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
[favicon.ico]               -          go   go   go    go    go   go    go    go   2nd  2nd
[robots.txt]                -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
elections                   -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
my-account                  -          in   ok   ok    ok    ok   ok    ok    ok   ok   ok
end-session                 theirs     post post post  post  post post  post  post post post
end-other-sessions          -          post post post  post  post post  post  post post post
stop-looking                -          post post post  post  post post  post  post post post
start-looking               -          post post post  post  post post  post  post 2nd  2nd
my-page                     -          in   ok   ok    ok    ok   go    go    go   2nd  2nd
mail-choice                 -          in   ok   ok   ok    ok   404   404   404  404  404
mail-events                 -          404  404  404  404   404  404   404   404  2nd  2nd
updates:feed-of-all         -          ok   ok   ok   ok    ok   ok    ok    ok   2nd  2nd
updates:feed                -          ok   ok   ok   ok    ok   ok    ok    ok   2nd  2nd
updates:subscribe           -          ok   ok   ok   ok    ok   ok    ok    ok   2nd  2nd
updates:received            -          ok   ok   ok   ok    ok   ok    ok    ok   2nd  2nd
updates:confirmed           -          ok   ok   ok   ok    ok   ok    ok    ok   2nd  2nd
updates:confirm             another    ok   ok   ok   ok    ok   ok    ok    ok   2nd  2nd
updates:stop                another    ok   ok   ok   ok    ok   ok    ok    ok   2nd  2nd
own-data                    -          in   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
new-calendar-address        -          post post post  post  post post  post  post 2nd  2nd
my-calendar                 theirs     ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
my-calendar                 another    404  404  404   404   404  404   404   404  2nd  2nd
reached                     theirs     in   post post  post  post post  post  post 2nd  2nd
heads:page                  -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
heads:feed                  -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
heads:chain                 -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
ledger:page                 -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
ledger:csv                  -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
ledger:json                 -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
ledger:everything           -          in   ok   ok    404   404  ok    ok    ok   2nd  2nd
account_login               -          in   in   in    in    in   in    in    in   in   in
account_request_login_code  -          ok   go   go    go    go   go    go    go   go   go
account_confirm_login_code  -          in   go   go    go    go   go    go    go   go   go
mfa_authenticate            -          in   go   go    go    go   go    go    go   go   go
account_logout              -          go   ok   ok    ok    ok   ok    ok    ok   ok   ok
impartiality                -          in   403  403   403   403  go    go    ok   2nd  2nd
account_inactive            -          ok   ok   ok    ok    ok   ok    ok    ok   ok   ok
account_signup              -          404  404  404   404   404  404   404   404  404  404
agents                      -          in   ok   404   ok    404  404   404   404  404  404
agent-end                   theirs     in   ok   404   404   404  404   404   404  404  404
agent-invite-again          theirs     in   post post  post  post post  post  post post post
mfa_index                   -          in   ok   ok    ok    ok   ok    ok    ok   ok   ok
mfa_reauthenticate          -          in   403  403   403   403  ok    ok    ok   ok   403
mfa_reauthenticate_webauthn -          in   403  403   403   403  2nd   2nd   2nd  2nd  403
mfa_activate_totp           -          in   ok   ok    ok    ok   2nd   2nd   2nd  2nd  ok
mfa_deactivate_totp         -          in   404  404   404   404  2nd   2nd   2nd  2nd  404
mfa_add_webauthn            -          in   ok   ok    ok    ok   2nd   2nd   2nd  2nd  ok
mfa_remove_webauthn         another    in   404  404   404   404  2nd   2nd   2nd  2nd  404
mfa_view_recovery_codes     -          in   404  404   404   404  2nd   2nd   2nd  2nd  404
mfa_generate_recovery_codes -          in   ok   ok    ok    ok   2nd   2nd   2nd  2nd  ok
mfa_download_recovery_codes -          in   404  404   404   404  2nd   2nd   2nd  2nd  404
election                    -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
elections:key-dates         -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
elections:candidates        -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
elections:standing          -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
elections:standing-received -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
briefings:newsletters       -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
briefings:newsletter        public     ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
briefings:newsletter        candidates 404  ok   ok    404   404  ok    ok    ok   2nd  2nd
briefings:newsletter        draft      404  404  404   404   404  404   404   404  2nd  2nd
briefings:newsletter        elsewhere  404  404  404   ok    404  ok    ok    ok   2nd  2nd
briefings:documents         -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
briefings:document          public     ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
briefings:document          candidates 404  ok   ok    404   404  ok    ok    ok   2nd  2nd
briefings:document          draft      404  404  404   404   404  404   404   404  2nd  2nd
briefings:document          elsewhere  404  404  404   ok    404  ok    ok    ok   2nd  2nd
briefings:document-file     public     ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
briefings:document-file     candidates 404  ok   ok    404   404  ok    ok    ok   2nd  2nd
briefings:document-file     draft      404  404  404   404   404  404   404   404  2nd  2nd
briefings:document-file     elsewhere  404  404  404   ok    404  ok    ok    ok   2nd  2nd
briefings:figures           -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
briefings:figure            public     ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
briefings:figure            candidates 404  ok   ok    404   404  ok    ok    ok   2nd  2nd
briefings:figure            draft      404  404  404   404   404  404   404   404  2nd  2nd
briefings:figure            elsewhere  404  404  404   ok    404  ok    ok    ok   2nd  2nd
briefings:statement         public     ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
briefings:statement         candidates 404  ok   ok    404   404  ok    ok    ok   2nd  2nd
briefings:statement         draft      404  404  404   404   404  404   404   404  2nd  2nd
briefings:statement         elsewhere  404  404  404   ok    404  ok    ok    ok   2nd  2nd
briefings:statement-csv     public     ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
briefings:statement-csv     candidates 404  ok   ok    404   404  ok    ok    ok   2nd  2nd
briefings:statement-csv     draft      404  404  404   404   404  404   404   404  2nd  2nd
briefings:statement-csv     elsewhere  404  404  404   ok    404  ok    ok    ok   2nd  2nd
workshops:programme         -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
workshops:programme-by-day  -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
workshops:programme-sheet   -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
workshops:induction         -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
workshops:calendar          -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
workshops:event             public     ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
workshops:event             candidates 404  ok   ok    404   404  ok    ok    ok   2nd  2nd
workshops:event             draft      404  404  404   404   404  404   404   404  2nd  2nd
workshops:event             elsewhere  404  404  404   ok    404  ok    ok    ok   2nd  2nd
workshops:book              public     in   ok   ok    404   404  404   404   404  2nd  2nd
workshops:book              candidates in   ok   ok    404   404  404   404   404  2nd  2nd
workshops:book              draft      in   404  404   404   404  404   404   404  2nd  2nd
workshops:book              elsewhere  in   404  404   ok    404  404   404   404  2nd  2nd
workshops:book-check        public     in   go   go    404   404  404   404   404  2nd  2nd
workshops:book-check        candidates in   go   go    404   404  404   404   404  2nd  2nd
workshops:book-check        draft      in   404  404   404   404  404   404   404  2nd  2nd
workshops:book-check        elsewhere  in   404  404   go    404  404   404   404  2nd  2nd
workshops:register          -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
workshops:register-csv      -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
workshops:no-thanks         public     in   post post  post  post post  post  post 2nd  2nd
workshops:no-thanks         candidates in   post post  post  post post  post  post 2nd  2nd
workshops:no-thanks         draft      in   post post  post  post post  post  post 2nd  2nd
workshops:no-thanks         elsewhere  in   post post  post  post post  post  post 2nd  2nd
workshops:wishes            public     in   go   go    404   404  404   404   404  2nd  2nd
workshops:wishes            candidates in   go   go    404   404  404   404   404  2nd  2nd
workshops:wishes            draft      in   404  404   404   404  404   404   404  2nd  2nd
workshops:wishes            elsewhere  in   404  404   go    404  404   404   404  2nd  2nd
workshops:bookings          -          in   ok   ok    404   404  404   404   404  2nd  2nd
workshops:booking           theirs     in   ok   ok    404   404  404   404   404  2nd  2nd
workshops:booking           another    in   404  404   404   404  404   404   404  2nd  2nd
workshops:booking-cancel    theirs     in   ok   ok    404   404  404   404   404  2nd  2nd
workshops:booking-cancel    another    in   404  404   404   404  404   404   404  2nd  2nd
workshops:offer-accept      theirs     in   post post  post  post post  post  post 2nd  2nd
workshops:offer-decline     theirs     in   post post  post  post post  post  post 2nd  2nd
infolog:ask                 -          in   ok   ok    403   403  403   403   403  2nd  2nd
infolog:question            theirs     in   ok   ok    404   404  404   404   404  2nd  2nd
infolog:question            another    in   404  404   404   404  404   404   404  2nd  2nd
infolog:withdraw            theirs     in   post post  post  post post  post  post 2nd  2nd
infolog:force               -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
infolog:log                 -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
infolog:numbers             -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
infolog:topic-feed          -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
infolog:table               -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
infolog:csv                 -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
infolog:export              -          ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
infolog:request             public     ok   ok   ok    ok    ok   ok    ok    ok   2nd  2nd
infolog:request             candidates 404  ok   ok    404   404  ok    ok    ok   2nd  2nd
infolog:request             draft      404  404  404   404   404  404   404   404  2nd  2nd
infolog:request             elsewhere  404  404  404   ok    404  ok    ok    ok   2nd  2nd
"""

# The same for the pages of the admin that no model has, by role; known are all who are signed in
# and are not staff. Staff without their second factor are led to it, whatever they ask for.
ADMIN = """
#                                       anon known edit appr orga answ fina audi admi keep plain new
admin:audit                             in   in    403  ok   403  403  403  ok   ok   ok   403   say
admin:index                             in   in    ok   ok   ok   ok   ok   ok   ok   ok   ok    say
admin:login                             in   403   go   go   go   go   go   go   go   go   go    go
admin:logout                            go   go    post post post post post post post post post  say
admin:password_change                   in   in    404  404  404  404  404  404  404  404  404   say
admin:password_change_done              in   in    404  404  404  404  404  404  404  404  404   say
admin:autocomplete                      in   in    403  403  403  403  403  403  403  403  403   say
admin:jsi18n                            in   in    ok   ok   ok   ok   ok   ok   ok   ok   ok    say
admin:view_on_site                      in   in    go   go   go   go   go   go   go   go   403   say
admin:elections_candidate_import        in   in    403  403  403  403  403  403  ok   403  403   say
admin:elections_candidate_template      in   in    403  403  403  403  403  403  ok   403  403   say
admin:elections_standingrequest_decline in   in    403  403  403  403  403  403  ok   403  403   say
admin:briefings_document_file           in   in    ok   ok   ok   ok   ok   ok   ok   ok   403   say
admin:releases_fairness                 in   in    403  ok   403  403  403  ok   ok   403  403   say
admin:releases_fairness_of              in   in    403  ok   403  403  403  ok   ok   403  403   say
admin:releases_fairness_csv             in   in    403  ok   403  403  403  ok   ok   403  403   say
admin:releases_step                     in   in    403  ok   403  403  403  403  403  403  403   say
admin:releases_waive                    in   in    403  go   403  403  403  403  403  403  403   say
admin:releases_preview                  in   in    ok   ok   ok   ok   ok   ok   ok   ok   403   say
admin:releases_release_now              in   in    403  ok   403  403  403  403  403  403  403   say
admin:releases_release_time             in   in    403  ok   403  403  403  403  403  403  403   say
admin:releases_release_time_off         in   in    post post post post post post post post post  say
admin:app_list                          in   in    ok   ok   ok   ok   ok   ok   ok   ok   404   say
[admin/(?P<url>.*)$]                    in   in    404  404  404  404  404  404  404  404  404   say
admin:infolog_informationrequest_choose_event in in 403 403 ok ok 403 403 403 ok 403 say
admin:infolog_informationrequest_note         in in 403 403 ok ok 403 403 403 ok 403 say
admin:infolog_enquiry_pass_on           in   in    403  403  403  403  403  403  403  ok   403   say
admin:releases_delivery_tell            in   in   403  ok   403  403  403  403  ok   403  403  say
admin:workshops_booking_book            in   in   403  403  ok   403  403  403  403  403  403  say
admin:workshops_booking_cancel          in   in   403  403  ok   403  403  403  403  403  403  say
admin:workshops_booking_told            in   in   403  403  ok   403  403  403  403  403  403  say
admin:workshops_run_sheet               in   in   403  403  ok   403  403  403  403  403  403  say
admin:workshops_run_sheet_csv           in   in   403  403  ok   403  403  403  403  403  403  say
admin:workshops_book_of                 in   in   post post post post post post post post post say
admin:workshops_equal_offers            in   in   403  ok   ok   403  403  ok   ok   403  403  say
admin:workshops_equal_offers_of         in   in   403  ok   ok   403  403  ok   ok   403  403  say
admin:workshops_equal_offers_csv        in   in   403  ok   ok   403  403  ok   ok   403  403  say
admin:workshops_meeting_strike          in   in   403  403  ok   403  403  403  403  403  403  say
admin:workshops_availability_slots      in   in   403  403  ok   403  403  403  403  403  403  say
admin:infolog_logimport_original        in   in   403  403  403  403  403  403  403  ok   403  say
admin:infolog_logimport_columns         in   in   403  403  403  403  403  403  403  ok   403  say
admin:infolog_logimport_request         in   in   403  403  403  403  403  403  403  ok   403  say
admin:infolog_logimport_decide          in   in   post post post post post post post post post say
admin:infolog_logimport_accept          in   in   post post post post post post post post post say
admin:infolog_logimport_drafts          in   in   post post post post post post post post post say
"""

# What comes of a POST without data to what somebody owns, and to what ends something.
POSTS = """
#name                of      anon cand agent other gone staff plain new late bare
end-session          theirs  in   go   404   404   404  404   404   404 404  404
end-other-sessions   -       in   go   go    go    go   go    go    go  go   go
agent-end            theirs  in   go   404   404   404  404   404   404 404  404
agent-invite-again   theirs  in   go   404   404   404  404   404   404 404  404
mfa_remove_webauthn  another in   404  404   404   404  2nd   2nd   2nd 2nd  404
reached              theirs  in   go   404   404   404  404   404   404 2nd  2nd
account_logout       -       go   go   go    go    go   go    go    go  go   go
new-calendar-address -       in   go   go    go    404  404   404   404 2nd  2nd
start-looking        -       in   404  404   404   404  go    go    say 2nd  2nd
stop-looking         -       go   go   go    go    go   go    go    go  go   go
impartiality         -       in   403  403   403   403  go    go    ok  2nd  2nd
elections:standing   -       ok   ok   ok    ok    ok   ok    ok    ok  2nd  2nd
infolog:ask          -       in   ok   ok    403   403  403   403   403 2nd  2nd
infolog:withdraw     theirs  in   go   go    404   404  404   404   404 2nd  2nd
infolog:force        -       ok   ok   ok    ok    ok   ok    ok    ok  2nd  2nd
agents               -       in   ok   404   ok    404  404   404   404 404  404
mail-choice         -       in   ok   ok    ok    ok   404   404   404 404  404
mail-events         -       404  404  404   404   404  404   404   404 2nd  2nd
updates:subscribe   -       ok   ok   ok    ok    ok   ok    ok    ok  2nd  2nd
updates:confirm     another go   go   go    go    go   go    go    go  2nd  2nd
updates:stop        another ok   ok   ok    ok    ok   ok    ok    ok  2nd  2nd
workshops:book      public  in   ok   ok    404   404  404   404   404 2nd  2nd
workshops:book-check public in   go   go    404   404  404   404   404 2nd  2nd
workshops:no-thanks public  in   go   go    404   404  404   404   404 2nd  2nd
workshops:wishes    public  in   go   go    404   404  404   404   404 2nd  2nd
workshops:booking-cancel theirs in go go    404   404  404   404   404 2nd  2nd
workshops:booking-cancel another in 404 404 404   404  404   404   404 2nd  2nd
workshops:offer-accept theirs in go   go    404   404  404   404   404 2nd  2nd
workshops:offer-accept another in 404 404   404   404  404   404   404 2nd  2nd
workshops:offer-decline theirs in go  go    404   404  404   404   404 2nd  2nd
workshops:offer-decline another in 404 404  404   404  404   404   404 2nd  2nd
"""

# The verb of the table of roles that opens each page the admin makes for a model.
VERBS = {"changelist": "v", "change": "v", "history": "v", "add": "a", "delete": "d"}
# Rows that are only ever added need no record of their changes.
WITHOUT_HISTORY = (
    "impartialitydeclaration",
    "signinrecord",
    "ledgerentry",
    "review",
    "waiver",
    "delivery",
    "subscriber",
    "booking",
    "eventbook",
    "joining",
    "draw",
)
KINDS = {
    "statement": "table",
    "statement-csv": "table",
    "document-file": "document",
    "book": "event",
    "book-check": "event",
    "wishes": "event",
    "no-thanks": "event",
}
# What has no name, and what the admin finds by a pattern of its own.
PLACES = {
    "[favicon.ico]": "/favicon.ico",
    "[robots.txt]": "/robots.txt",
    "[admin/(?P<url>.*)$]": "/admin/nowhere/",
    "admin:app_list": "/admin/briefings/",
    "infolog:export": "/pcc-2021/log/export/office.csv",
    "infolog:topic-feed": "/pcc-2021/log/topics/canary-public-topic-name.atom",
}


PORTAL_ACTORS = ["anon", "cand", "agent", "other", "gone", "staff", "plain", "new", "late", "bare"]
KNOWN = ["cand", "agent", "other", "gone"]
ADMIN_ACTORS = ["anon", "known", *Role, "plain", "new"]
ACTORS = ["anon", *KNOWN, *Role, "plain", "new", "late", "bare"]
WITHOUT_SECOND_FACTOR = dict.fromkeys(["late", "bare"], "2nd")

rows = test_roles.rows


def read(table: str, actors: list[str]) -> dict[tuple[str, ...], dict[str, str]]:
    """By what stands before the codes: what each of ``actors`` meets."""
    lines = [line.split() for line in table.split("\n") if line and not line.startswith("#")]
    many = len(actors)
    return {tuple(words[:-many]): dict(zip(actors, words[-many:], strict=True)) for words in lines}


WALK = read(PORTAL, PORTAL_ACTORS)
STAFF_WALK = read(ADMIN, ADMIN_ACTORS)
MODEL_PAGE = re.compile(
    r"admin:[a-z]+_(?P<model>[a-z]+)_(?P<page>changelist|change|history|add|delete)"
)
# The old address of a change page, which leads to the new one.
OLD_PAGE = re.compile(r"\[admin/[a-z]+/[a-z]+/<path:object_id>/\]")


def model_page(address: Address) -> tuple[str, str] | None:
    """The model and the page the admin makes for it, or nothing for any other address."""
    found = MODEL_PAGE.fullmatch(address.name)
    return (found["model"], found["page"]) if found else None


def has_no_row_of_its_own(address: Address) -> bool:
    return bool(model_page(address) or OLD_PAGE.fullmatch(address.name))


@pytest.fixture(autouse=True)
def _in_the_campaign(time_machine):
    time_machine.move_to(APRIL_10)


@pytest.fixture
def people(candidate, agent, other_candidate, withdrawn_candidate, make_staff) -> dict[str, User]:
    def staff(name: str) -> User:
        return User.objects.create_user(f"{name}@example.org", name, is_staff=True)

    return {
        "cand": candidate,
        "agent": agent,
        "other": other_candidate,
        "gone": withdrawn_candidate,
        **{role: make_staff(role) for role in Role},
        "plain": make_staff(),
        "new": staff("new"),
        "late": TOTP.activate(staff("late"), APP_KEY).instance.user,
        "bare": staff("bare"),
    }


@pytest.fixture
def enter(people):
    """The browser of one of the cast who has just signed in; of nobody for ``anon``."""

    def _enter(actor: str) -> PortalClient:
        client = PortalClient()
        if actor in WITHOUT_SECOND_FACTOR:
            client.force_login_without_second_factor(people[actor])
        elif actor != "anon":
            client.force_login(people[actor])
        if actor in KNOWN:
            request = RequestFactory().get("/")
            request.session = client.session
            record_authentication(request, people[actor], "code")
            request.session.save()
        return client

    return _enter


def _bookings_by_owner(election, candidate) -> dict[str, int]:
    theirs = Booking.objects.create(
        book=EventBook.objects.create(election=election, event_slug="canary-public-event"),
        slot_number=1,
        candidate=candidate.candidacies.get(),
        state="booked",
        made_at=NOON,
        booked_at=NOON,
    )
    another = Booking.objects.exclude(pk=theirs.pk).get()
    return {"theirs": theirs.pk, "another": another.pk, "": another.pk}


def _asked_by_owner(election, candidate) -> dict[str, str]:
    asked = {}
    for of, asker, reference in (
        ("theirs", candidate.candidacies.get(), "EQ-33333"),
        ("another", None, "EQ-44444"),
    ):
        Enquiry.objects.create(
            election=election,
            asker=asker,
            reference=reference,
            form="email",
            entered_at=NOON,
            received_on=NOON.date(),
        )
        asked[of] = reference.lower()
    return asked | {"": asked["theirs"]}


@pytest.fixture
def place(election, other_election, candidate, agent, editor, release_now, rows):
    """The address to ask at, of a name and of what is asked for."""
    release_now(*seed_items(election, "public", "public"))
    release_now(*seed_items(election, "candidates", "candidates"))
    release_now(*seed_items(other_election, "elsewhere", "candidates"))
    seed_items(election, "draft", "public")
    visit = baker.make("workshops.Event", election=election, slug="visit", kind="visit")
    visit.slots.create(starts_at=APRIL_10)
    release_now(visit)
    elsewhere = PortalClient()
    elsewhere.force_login(candidate)
    session = UserSession.objects.get(session_key=elsewhere.session.session_key)
    baker.make(Invitation, agent=agent.agencies.get(), email=agent.email, sent_at=NOON)
    passkey = baker.make(Authenticator, user=rows["user"], type="webauthn", data={"name": "Key"})
    paper = election.documents.get(slug="canary-draft-document")
    bookings = _bookings_by_owner(election, candidate)
    asked = _asked_by_owner(election, candidate)
    ends = APRIL_10 + dt.timedelta(days=1)
    draft = election.informationrequests.get(slug="canary-draft-request")
    force_address = ForceAddress.objects.create(
        request=draft, for_whom="Force Finance", made_at=NOON, expires_at=ends
    )
    log_import = rows["logimport"]
    confirm_columns(log_import, log_import.uses, form="email", responder="The office")
    numbers = {
        "admin:infolog_informationrequest_note": [visit.pk, "2021-04-10"],
        "admin:infolog_enquiry_pass_on": Enquiry.objects.get(reference="EQ-33333").pk,
        **{
            f"admin:infolog_logimport_{page}": log_import.pk
            for page in ("original", "columns", "accept", "drafts")
        },
        "admin:infolog_logimport_request": [log_import.pk, 1],
        "admin:infolog_logimport_decide": [log_import.pk, 1],
        "end-session": session.pk,
        "agent-end": agent.agencies.get().pk,
        "agent-invite-again": agent.agencies.get().pk,
        "mfa_remove_webauthn": passkey.pk,
        "reached": Delivery.objects.filter(user=candidate).latest("pk").pk,
        "admin:elections_standingrequest_decline": StandingRequest.objects.get().pk,
        "admin:briefings_document_file": paper.pk,
        "admin:releases_step": ["briefings.document", paper.pk, "approve"],
        "admin:releases_waive": ["briefings.document", paper.pk, "no-such-warning"],
        "admin:releases_preview": ["briefings.document", paper.pk, "public"],
        "admin:releases_release_now": rows["release"].pk,
        "admin:releases_release_time": rows["release"].pk,
        "admin:releases_release_time_off": rows["release"].pk,
        "admin:releases_delivery_tell": rows["delivery"].pk,
        "admin:workshops_booking_cancel": bookings["another"],
        "admin:workshops_booking_told": bookings["another"],
        **{
            f"admin:workshops_{page}": [Booking.objects.get(pk=bookings["theirs"]).book_id, 1]
            for page in ("run_sheet", "run_sheet_csv")
        },
        "admin:workshops_book_of": visit.pk,
        "admin:workshops_meeting_strike": rows["meeting"].pk,
        "admin:workshops_availability_slots": rows["availability"].pk,
        "admin:view_on_site": [ContentType.objects.get_for_model(paper).pk, paper.pk],
    }
    places = PLACES | {"infolog:force": path_of(force_address)}
    old = make_anew(candidate, at=NOON).key
    keys = {"theirs": make_anew(candidate, at=NOON).key, "another": old, "": "nobody"}
    # What somebody owns, by the part of the address that tells which.
    owned = {"pk": bookings, "reference": asked, "key": keys}
    reader = rows["subscriber"]
    tokens = {
        "updates:confirm": confirm_address(reader, is_daily=False).split("/")[-2],
        "updates:stop": stop_address(reader.pk).split("/")[-2],
    }

    def _place(address: Address, of: str) -> str:
        if address.name in places:
            return places[address.name]
        if address.name in numbers:
            number = numbers[address.name]
            return reverse(address.name, args=number if isinstance(number, list) else [number])
        if page := model_page(address):
            has_row = "object_id" in address.parts
            return reverse(address.name, args=[rows[page[0]].pk] if has_row else [])
        where = other_election if of == "elsewhere" else election
        args = [where.slug] if "<slug:election_slug>" in address.route else []
        args += [held.get(of, held[""]) for part, held in owned.items() if part in address.parts]
        if address.name in tokens:
            args.append(tokens[address.name])
        if "slug" in address.parts:
            kind = address.name.partition(":")[2]
            args.append(f"canary-{of}-{KINDS.get(kind, kind)}")
        return reverse(address.name, args=args)

    return _place


def ask(client: PortalClient, place: str, method: str = "get") -> str:
    """What somebody meets there; whatever it changed is put back."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        response = getattr(client, method)(place)
        if response.streaming:
            list(response.streaming_content)  # the client closes the file when it has been read
        transaction.set_rollback(True)
    client.cookies = cookies
    if response.status_code in (301, 302):
        return met_instead(response.headers["Location"].partition("?")[0])
    return {200: "ok", 405: "post"}.get(response.status_code, str(response.status_code))


def met_instead(place: str) -> str:
    if place in ("/account/login/", "/account/login/code/", "/admin/login/"):
        return "in"
    if place.startswith("/account/second-factor/"):
        return "2nd"
    return "say" if place == "/account/impartiality/" else "go"


def unlike(actor: str, met: dict, said: dict) -> dict[tuple[object, str], str]:
    """Where somebody met something else than was said."""
    return {
        (row, actor): f"met {met[row]}, not {said[row]}" for row in said if met[row] != said[row]
    }


def addresses() -> dict[str, Address]:
    return {address.name: address for address in all_addresses()}


def test_every_address_has_a_row_and_every_row_an_address():
    there = {name for name, address in addresses().items() if not has_no_row_of_its_own(address)}
    told = {row[0] for row in (*WALK, *STAFF_WALK)}

    new, gone = sorted(there - told), sorted(told - there)
    assert not new, f"Say in PORTAL or ADMIN above who may open {', '.join(new)}: add a row."
    assert not gone, f"Nothing has the name {', '.join(gone)} any more: take out its row."


def test_every_address_for_one_item_is_asked_for_items_of_every_kind():
    names = {name for name, address in addresses().items() if "slug" in address.parts}

    for name in names:
        asked = {of for row, of in WALK if row == name}
        assert asked == {"public", "candidates", "draft", "elsewhere"}, f"Rows of {name}"


@pytest.mark.parametrize("method", ["get", "head"])
def test_each_meets_on_the_portal_what_the_table_says(enter, place, method):
    known = addresses()
    wrong: dict = {}
    for actor in ACTORS:
        client = enter(actor)
        column = "staff" if actor in list(Role) else actor

        met = {row: ask(client, place(known[row[0]], row[-1]), method) for row in WALK}
        said = {row: codes[column] for row, codes in WALK.items()}
        wrong |= unlike(actor, met, said)

    assert not wrong


def test_each_meets_in_the_admin_what_the_table_says(enter, place):
    known = addresses()
    wrong: dict = {}
    for actor in ACTORS:
        client = enter(actor)
        column = "known" if actor in KNOWN else actor

        met = {row: ask(client, place(known[row[0]], "-")) for row in STAFF_WALK}
        said = {
            row: WITHOUT_SECOND_FACTOR.get(actor) or codes[column]
            for row, codes in STAFF_WALK.items()
        }
        wrong |= unlike(actor, met, said)

    assert not wrong


def met_by(actor: str, model: str, page: str, may: str) -> str:
    if actor in ("anon", *KNOWN):
        return "in"
    if actor == "new" or actor in WITHOUT_SECOND_FACTOR:
        return WITHOUT_SECOND_FACTOR.get(actor, "say")
    if page == "history" and model not in WITHOUT_HISTORY:
        return "go"  # to the record of changes, which asks for itself who reads it
    return "ok" if VERBS[page] in may else "403"


def test_each_meets_on_the_pages_of_a_model_what_the_table_of_roles_says(enter, place):
    pages = {address: page for address in addresses().values() if (page := model_page(address))}
    wrong: dict = {}
    for actor in ACTORS:
        client = enter(actor)

        met = {address.name: ask(client, place(address, "-")) for address in pages}
        may = test_roles.EXPECTED.get(actor, {})
        said = {
            address.name: met_by(actor, model, page, may.get(model, ""))
            for address, (model, page) in pages.items()
        }
        wrong |= unlike(actor, met, said)

    assert not wrong


def test_post_without_data_does_what_the_table_says(enter, place):
    known = addresses()
    posts = read(POSTS, PORTAL_ACTORS)
    wrong: dict = {}
    for actor in PORTAL_ACTORS:
        client = enter(Role.EDITOR if actor == "staff" else actor)

        met = {row: ask(client, place(known[row[0]], row[-1]), "post") for row in posts}
        said = {row: codes[actor] for row, codes in posts.items()}
        wrong |= unlike(actor, met, said)

    assert not wrong


@pytest.mark.parametrize("actor", ["anon", "cand", "everything"])
def test_post_without_data_breaks_nothing_anywhere(enter, place, editor, people, actor):
    people["everything"] = editor
    client = enter(actor)

    met = {
        address.name: ask(
            client, place(address, "public" if "slug" in address.parts else "-"), "post"
        )
        for address in addresses().values()
        if not OLD_PAGE.fullmatch(address.name)
    }

    assert set(met.values()) <= {"ok", "go", "in", "2nd", "say", "post", "403", "404"}

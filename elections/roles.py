"""The staff's roles: what each may do on the staff pages. The groups in the database follow this.

Permissions are named as Django names them, "app.verb_model": this room does not know the others.
"""

from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.db import connections, models

VERBS = ("view", "add", "change", "delete")

ELECTIONS = "elections.office", "elections.election", "elections.keydate"
PEOPLE = (
    "elections.candidate",
    "elections.statuschange",
    "elections.invitation",
    "elections.agent",
    "elections.standingrequest",
    "elections.user",
)
# What the portal itself writes: read, and never changed by anyone.
RECORDS = "elections.impartialitydeclaration", "elections.signinrecord"
SECTIONS = (
    "briefings.textsection",
    "briefings.tablesection",
    "briefings.programmesection",
    "briefings.figuressection",
    "briefings.documentssection",
    "briefings.contactsection",
)
NEWSLETTERS = ("briefings.newsletter", *SECTIONS)
DOCUMENTS = ("briefings.document",)
FIGURES = (
    "briefings.statement",
    "briefings.statementcolumn",
    "briefings.statementline",
    "briefings.figure",
)
EVENTS = "workshops.event", "workshops.slot", "workshops.eventhost", "workshops.agendaitem"
# Who comes to what: about people, so only for those who need it.
BOOKINGS = "workshops.booking", "workshops.eventbook"
# How those who are booked join: links and rooms for nobody else.
JOINING = ("workshops.joining",)
# Lots drawn about places: written by the portal, read by those who look into them.
DRAWS = ("workshops.draw",)
# With whom a meeting was held is about people, though the rest of it becomes public.
MEETINGS = ("workshops.meeting",)
# When officers are there and when away: for those who make offers of it, and who look into them.
AVAILABILITY = (
    "workshops.availability",
    "workshops.availablehours",
    "workshops.availabilityexception",
)
LOG = (
    "infolog.informationrequest",
    "infolog.part",
    "infolog.response",
    "infolog.topic",
    "infolog.work",
    "infolog.pause",
    "infolog.wording",
    "infolog.logrules",
    "infolog.forceaddress",
    "infolog.proposal",
)
# Who asked, and who was told something outside the log: for the log's keeper alone. It is in no
# list of what others may see, not even of those who read everything.
ASKERS = "infolog.enquiry", "infolog.enquirypart", "infolog.disclosure"
# An office's own log on its way to drafts: its rows can name who asked, so it is the keeper's.
IMPORTS = ("infolog.logimport",)
RELEASES = ("releases.release",)
# What the portal itself writes of releases: read, and never changed by anyone.
LEDGER = "releases.ledgerentry", "releases.review", "releases.waiver"
# Whom it told, at which address.
MAIL = "releases.delivery", "releases.catchup", "releases.subscriber"
CONTENT = (*NEWSLETTERS, *DOCUMENTS, *FIGURES, *EVENTS, *LOG, *RELEASES)
EVERYTHING = (
    *ELECTIONS,
    "elections.nonworkingday",
    *PEOPLE,
    *RECORDS,
    *BOOKINGS,
    *JOINING,
    *AVAILABILITY,
    *DRAWS,
    *MEETINGS,
    *CONTENT,
    *LEDGER,
    *MAIL,
)

READ_AUDIT = "elections.read_audit"
GIVE_ROLES = "elections.give_roles"
RELEASE = "releases.release_items"
# To say what became of a mail that is in doubt, and that somebody was told by telephone.
SETTLE = "releases.settle_delivery"
APPROVE_WORDING = "infolog.approve_wording"
# To write down what is asked at an event, as drafts of the log.
NOTE = "infolog.note_questions"
# To write down what somebody was told. Reading it is the keeper's.
DISCLOSE = "infolog.add_disclosure"


def _all(models: tuple[str, ...], *verbs: str) -> frozenset[str]:
    """The permissions to do ``verbs`` with the models: "app.model" becomes "app.verb_model"."""
    return frozenset(
        f"{app}.{verb}_{model}"
        for app, _, model in (name.partition(".") for name in models)
        for verb in verbs
    )


def _view(*models: str) -> frozenset[str]:
    return _all(models, "view")


def _edit(*models: str) -> frozenset[str]:
    return _all(models, *VERBS)


class Role(models.TextChoices):
    """The name of each role in code, and as staff read it."""

    EDITOR = "editor", "Editor"
    APPROVER = "approver", "Approver (monitoring officer)"
    ORGANISER = "organiser", "Event organiser"
    ANSWERING = "answering", "Answering officer"
    FINANCE = "finance", "Finance officer"
    AUDITOR = "auditor", "Auditor"
    ADMINISTRATOR = "administrator", "Administrator"
    KEEPER = "keeper", "Keeper of the log"


@dataclass(frozen=True)
class Rights:
    """``says`` tells whoever gives the role what it is for; ``may`` is all that it allows."""

    says: str
    may: frozenset[str]


# Everyone sees the elections and all that is written: one office, one portal. Only what is about
# people (candidates, accounts, declarations, the record of changes) is kept to those who need it.
_READ = _view(*ELECTIONS, *CONTENT, *LEDGER)

ROLES = {
    Role.EDITOR: Rights(
        "writes newsletters, documents and drafts of releases",
        _READ | _edit(*NEWSLETTERS, *DOCUMENTS, *RELEASES) | {DISCLOSE},
    ),
    Role.APPROVER: Rights(
        "reads everything, releases, and reads the record of changes",
        _view(*EVERYTHING) | {RELEASE, SETTLE, READ_AUDIT, APPROVE_WORDING, DISCLOSE},
    ),
    Role.ORGANISER: Rights(
        "looks after events, their times and their bookings",
        _READ
        | _edit(*EVENTS, *AVAILABILITY, *MEETINGS)
        | _all(BOOKINGS, "view", "change")
        | _all(JOINING, "view", "add")
        | _view(*DRAWS)
        | {NOTE, DISCLOSE},
    ),
    Role.ANSWERING: Rights(
        "answers what is asked, without knowing who asked",
        _READ | _edit(*LOG) | {NOTE, DISCLOSE},
    ),
    Role.FINANCE: Rights("looks after tables and figures", _READ | _edit(*FIGURES) | {DISCLOSE}),
    Role.AUDITOR: Rights(
        "reads everything, and the record of changes; changes nothing",
        _view(*EVERYTHING) | {READ_AUDIT},
    ),
    # Whoever decides who may release does not release.
    Role.ADMINISTRATOR: Rights(
        "looks after people, roles, offices and elections",
        _view(*EVERYTHING)
        | _edit(*ELECTIONS, "elections.nonworkingday", *PEOPLE)
        | {GIVE_ROLES, SETTLE, READ_AUDIT, DISCLOSE},
    ),
    Role.KEEPER: Rights(
        "takes in what is asked, and alone sees who asked; never answers it",
        _READ | _view("elections.candidate") | _edit(*ASKERS, *IMPORTS) | {NOTE, READ_AUDIT},
    ),
}

# One who knows who asked would not be blind.
NOT_TOGETHER = frozenset({Role.KEEPER, Role.ANSWERING})
NOT_BLIND = (
    "The keeper of the log sees who asked, and whoever answers must not: give the two roles to two "
    "people."
)


def role_of(group: Group) -> Role:
    return Role(group.name)


def bring_roles(using: str) -> None:
    """Make the groups in the database what stands here, no more and no less. Safe to run again."""
    tables = set(connections[using].introspection.table_names())
    if not {Group._meta.db_table, Permission._meta.db_table} <= tables:
        return
    Group.objects.using(using).exclude(name__in=Role.values).delete()
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    for role, rights in ROLES.items():
        group, _ = Group.objects.using(using).get_or_create(name=role.value)
        # One that is not there yet comes with the migration that makes its model.
        group.permissions.set(known[name] for name in rights.may & known.keys())

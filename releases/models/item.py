import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Self

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Value
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.text import capfirst

from elections.looking import StandIn
from elections.models import STATUS_ON, Agent, Candidate, Election
from elections.naming import check_names
from pcc_portal.conditions import Condition
from pcc_portal.findings import Finding, Severity
from pcc_portal.history import History
from pcc_portal.proofreading import Claim, Counted, Passage, own_path, plain, proofread

from .release import Release

# Questions about the {row} of an item; each {} is a value, in the order told.
# Whether it is released: the moment.
RELEASED = "{row}.release_id IN (SELECT id FROM releases_release WHERE released_at <= {})"
# Whether a person is briefed, as a candidate or as the agent of one: twice their id, the day.
BRIEFED = (
    f"EXISTS (SELECT 1 FROM {Candidate._meta.db_table} briefed "
    "WHERE briefed.election_id = {row}.election_id AND (briefed.user_id = {} OR briefed.id IN ("
    f"SELECT acting.candidate_id FROM {Agent._meta.db_table} acting "
    "WHERE acting.user_id = {} AND acting.revoked_at IS NULL)) AND "
    + STATUS_ON.format(candidate="briefed.id", day="{}")
    + f" IN ({', '.join(repr(str(status)) for status in Candidate.BRIEFED)}))"
)
# Whether it is for that person.
FOR_READER = f"({{row}}.audience = 'public' OR ({{row}}.audience = 'candidates' AND {BRIEFED}))"
# Whether a later version of it was known: the moment. ITEMS is its table.
LATER_VERSION = (
    "EXISTS (SELECT 1 FROM ITEMS later "
    "INNER JOIN releases_release made ON made.id = later.release_id "
    "WHERE later.election_id = {row}.election_id AND later.slug = {row}.slug "
    "AND later.version > {row}.version AND made.released_at <= {})"
)

# Whether a later version, known at that moment, says that it was withdrawn.
WITHDRAWN = LATER_VERSION.removesuffix(")") + " AND later.change = 'withdrawal')"
# Whether it is released and not withdrawn: the moment, twice.
KNOWN = f"{RELEASED} AND NOT {WITHDRAWN}"

# Whether it is for everyone.
FOR_ALL = "{row}.audience = 'public'"
# Whether it is for a candidate of one election, whoever that is: the election.
FOR_STAND_IN = (
    "({row}.audience = 'public' OR ({row}.audience = 'candidates' AND {row}.election_id = {}))"
)

Reader = AbstractBaseUser | AnonymousUser | StandIn


def later_version(
    model: type[models.Model], at: dt.datetime, *, negated: bool = False
) -> Condition:
    """Whether a newer version of a row of ``model`` was released by the moment ``at``, or not."""
    later = LATER_VERSION.replace("ITEMS", model._meta.db_table)
    later = f"NOT {later}" if negated else later
    return Condition(later, Value(at, output_field=models.DateTimeField()))


def withdrawn_later(model: type[models.Model], at: dt.datetime) -> Condition:
    """Whether a row of ``model`` had been withdrawn by the moment ``at``, by a later version."""
    later = WITHDRAWN.replace("ITEMS", model._meta.db_table)
    return Condition(later, Value(at, output_field=models.DateTimeField()))


class ReleasableQuerySet(models.QuerySet[Any]):
    """The only door to rows that are shown to anyone but staff at their desk."""

    def visible_to(self, user: Reader, at: dt.datetime) -> Self:
        """What ``user`` may know at the moment ``at``: every released version, old ones too.

        What was withdrawn only staff can still read; all others, that it was, in its last version.
        Public items for everyone; items for candidates only for those briefed in that election on
        the day of ``at`` in the UK, for their agents, and for staff. Staff who look as a candidate
        see what is for the candidates of that election. Nothing that is not released, for anyone.
        """
        if getattr(user, "is_staff", False) and user.is_active:
            return self.released(at)
        if not user.is_authenticated:
            return self._known(at, FOR_ALL)
        if isinstance(user, StandIn):
            return self._known(at, FOR_STAND_IN, Value(user.briefed_in))
        person = Value(user.pk)
        day = Value(timezone.localdate(at), output_field=models.DateField())
        return self._known(at, FOR_READER, person, person, day)

    def _known(self, at: dt.datetime, whom: str, *values: Value) -> Self:
        """What is released at the moment ``at``, not withdrawn, and for ``whom``: one condition."""
        moment = Value(at, output_field=models.DateTimeField())
        known = KNOWN.replace("ITEMS", self.model._meta.db_table)
        return self.filter(Condition(f"({known} AND {whom})", moment, moment, *values))

    def released(self, at: dt.datetime) -> Self:
        """Every version that was released by the moment ``at``, whoever may read it."""
        return self.filter(Condition(RELEASED, Value(at, output_field=models.DateTimeField())))

    def newest(self, at: dt.datetime) -> Self:
        """Only the version of each item that is in force at the moment ``at``.

        Nothing of what was withdrawn: lists name it by ``withdrawn``.
        """
        newest = LATER_VERSION.replace("ITEMS", self.model._meta.db_table)
        moment = Value(at, output_field=models.DateTimeField())
        return self.filter(Condition(f"(NOT {newest} AND {{row}}.change <> 'withdrawal')", moment))

    def withdrawn(self, at: dt.datetime) -> Self:
        """Only what says at the moment ``at`` that something was withdrawn."""
        return self.last_told(at).filter(change=ReleasableItem.Change.WITHDRAWAL)

    def last_told(self, at: dt.datetime) -> Self:
        """Only the last version of each item at the moment ``at``, be it its withdrawal."""
        return self.filter(later_version(self.model, at, negated=True))

    def held(self, pk: int) -> Any:
        """The row of this key as it is now, locked until the transaction ends, or ``None``.

        In two queries: the row is read once whoever held it before has let it go. Locked and read
        in one, it would come with the release it was in before.
        """
        list(self.select_for_update(of=("self",)).filter(pk=pk).values_list("pk"))
        return self.select_related("release").filter(pk=pk).first()

    def drafts(self) -> Self:
        return self.filter(release__released_at=None)


class ReleasableItem(models.Model):
    """Something candidates are told. Once released, a row never changes.

    A correction is a new row with the same election and slug and the next version.
    The database refuses to change or delete a released row (``releases/immutability.py``).
    """

    class Audience(models.TextChoices):
        PUBLIC = "public", "Everyone"
        CANDIDATES = "candidates", "Candidates of this election"

    class Change(models.TextChoices):
        """What a later version is; the first one is none of these."""

        MINOR = "minor", "Minor change"
        CORRECTION = "correction", "Correction"
        WITHDRAWAL = "withdrawal", "Withdrawal"

    # A reader who was told the old version is owed a reason.
    NEED_NOTE = (Change.CORRECTION, Change.WITHDRAWAL)
    # Whether it stands first in a mail about several things, and gives it its subject.
    LEADS: ClassVar[bool] = False

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="%(class)ss")
    slug = models.SlugField(
        "address", max_length=80, help_text="The last part of the page's address."
    )
    version = models.PositiveSmallIntegerField(default=1, editable=False)
    change = models.CharField(
        "kind of change", max_length=10, choices=Change, blank=True, editable=False
    )
    change_note = models.TextField(
        "what changed, and why",
        blank=True,
        help_text="Everyone reads this, beside the old version and the new one.",
    )
    audience = models.CharField(
        "who sees it", max_length=10, choices=Audience, default=Audience.PUBLIC
    )
    release = models.ForeignKey(
        Release,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        help_text="The release that makes this known. Until it is released only staff see it.",
    )

    history = History(inherit=True)
    objects = ReleasableQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["election", "slug", "version"],
                name="%(class)s_version_unique",
                violation_error_message="This election already has a page with this address.",
            ),
            models.CheckConstraint(
                condition=models.Q(version=1, change="") | models.Q(version__gt=1),
                name="%(class)s_first_version_changes_nothing",
            ),
        ]

    @property
    def is_withdrawal(self) -> bool:
        """Whether it only says that what stood here was withdrawn."""
        return self.change == self.Change.WITHDRAWAL

    @property
    def is_released(self) -> bool:
        """Costs a query unless ``release`` was selected with the row."""
        return self.release is not None and self.release.is_released

    @property
    def kind_in_words(self) -> str:
        """What it is, as a heading: “Information request”."""
        return str(capfirst(self._meta.verbose_name))

    @property
    def changed_how(self) -> str:
        """What a later version is, as a reader is told: “Correction”; nothing for the first one."""
        return self.get_change_display() or ("New version" if self.version > 1 else "")

    def _versions(self) -> models.QuerySet[Any]:
        return type(self)._default_manager.filter(election=self.election_id, slug=self.slug)

    def _earlier_versions(self) -> models.QuerySet[Any]:
        return self._versions().filter(version__lt=self.version, release__released_at__isnull=False)

    def clean(self) -> None:
        super().clean()
        if self.version > 1 and not self._versions().filter(version__lt=self.version).exists():
            raise ValidationError(
                f"This is version {self.version} of what was released before, so its election and "
                "its address stay as they were."
            )
        if self.audience != self.Audience.PUBLIC and self._earlier_versions().filter(
            audience=self.Audience.PUBLIC
        ):
            # The public could still read the version before, and would be told it is out of date.
            raise ValidationError(
                {"audience": "This has been public: a new version is public too."}
            )
        if self.release and self.release.election_id != self.election_id:
            raise ValidationError({"release": "That release belongs to another election."})
        if self.release and self.release.is_released and self._state.adding:
            raise ValidationError({"release": "That release is over. Make a new one."})

    def check_ready(self) -> None:
        """Raise ``ValidationError`` if it is unfit to be shown, its parts and all.

        Asked only at the release, so that a draft can be saved however unfinished it is.
        """

    def findings(self) -> list[Finding]:
        """What is wrong with it, its parts and all; asked before a release. Costs queries.

        An error stops the release. A warning may stand, with a reason: it is known again by its
        code and its sentence, so a sentence says which place it is about.
        """
        return self.findings_in_texts()

    def findings_in_texts(
        self, *, tables: Sequence[Counted] = (), others: Sequence[Claim] = ()
    ) -> list[Finding]:
        """What is wrong with its passages. ``tables`` stand beside them; ``others`` are claims of
        other items that these should agree with.
        """
        return self._findings_in([*self._note(), *self.passages()], tables, others)

    def findings_in_note(self) -> list[Finding]:
        """What is wrong with what everyone reads beside a later version: what changed, and why."""
        return self._findings_in(self._note())

    def _note(self) -> list[Passage]:
        if self.version == 1 or not self.change_note:
            return []
        return [plain("What changed, and why", self.change_note, field="change_note")]

    def _findings_in(
        self,
        passages: list[Passage],
        tables: Sequence[Counted] = (),
        others: Sequence[Claim] = (),
    ) -> list[Finding]:
        known = self.election.office.short_name.split()
        return [
            *_check_pages(passages),
            *proofread(passages, tables=tables, others=others, explained=known),
            *check_names(passages, self.election, severity=self.severity_of_name),
        ]

    def severity_of_name(self, passage: Passage) -> Severity:
        """How grave it is that a passage names somebody who stands."""
        return Severity.WARNING

    @property
    def key(self) -> str:
        """This version among all that is released."""
        return f"{self._meta.label_lower}:{self.pk}"

    def subjects(self) -> set[str]:
        """What it is about: the addresses of subjects of its kind that the public can follow."""
        return set()

    @classmethod
    def subjects_to_follow(cls, election: Election, at: dt.datetime) -> list[tuple[str, str]]:
        """Address and name of each subject of what everyone may know at the moment ``at``."""
        return []

    def passages(self) -> list[Passage]:
        """What a reader reads of it, place by place, for the checks. May cost queries."""
        return []


class ReleasedPart(models.Model):
    """A row that belongs to a releasable item and is frozen with it."""

    # The foreign key that leads to the item, or to another part of it.
    part_of: ClassVar[str]

    history = History(inherit=True)

    class Meta:
        abstract = True


def releasable_models() -> list[type[ReleasableItem]]:
    """Every kind of item that can be released, in the order of ``INSTALLED_APPS``."""
    return [model for model in apps.get_models() if issubclass(model, ReleasableItem)]


def _check_pages(passages: Sequence[Passage]) -> Iterator[Finding]:
    """Links to an item of this portal that there is none of. Queries for each such link."""
    for passage in passages:
        for link in passage.links:
            path = own_path(link.address)
            if path and _names_no_item(path):
                yield passage.warning(
                    "link-portal",
                    f"the link “{link.text}” leads to “{path}”, and this portal has no such page.",
                )


def _names_no_item(path: str) -> bool:
    """Whether a path is one of an item’s, released or not, and no item has it."""
    return bool(_named_in(path)) and item_at(path) is None


def _named_in(path: str) -> dict[str, str]:
    """Which item the path of an item’s page names; nothing for another path."""
    try:
        named = resolve(path).kwargs
    except Resolver404:
        return {}  # that it leads nowhere is found without the database
    if not {"election_slug", "slug"} <= named.keys():
        return {}
    return {"election__slug": named["election_slug"], "slug": named["slug"]}


def item_at(path: str, *, released_by: dt.datetime | None = None) -> ReleasableItem | None:
    """The newest version of the item whose page, or a page below it, is at ``path``.

    With ``released_by`` the newest one that was released by then. A query a kind.
    """
    named = _named_in(path)
    for model in releasable_models() if named else ():
        rows = model._default_manager.filter(**named).select_related("election")
        if released_by:
            rows = rows.filter(release__released_at__lte=released_by)
        row = rows.order_by("version").last()
        if row and path.startswith(row.get_absolute_url()):  # type: ignore[attr-defined]
            return row
    return None


def items_of(release: Release) -> list[ReleasableItem]:
    """Everything in a release, whatever its kind. One query a kind."""
    return [
        item
        for model in releasable_models()
        for item in model._default_manager.filter(release=release)
    ]

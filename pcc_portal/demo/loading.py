"""Puts the demo files into the database, once: what is there already is left as it is."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.files import File
from django.db import models, transaction
from django.utils.text import slugify

from briefings import models as briefings
from elections.candidacies import record_status
from elections.models import Agent, Candidate, Election, Invitation, KeyDate, Office, User
from elections.refusals import Refused
from elections.roles import Role
from elections.timetabling import set_out
from infolog.models import InformationRequest, Part, Response, Topic
from pcc_portal.mail import DEMO_KEY
from releases.catching_up import catch_up_all
from releases.models import Delivery, ReleasableItem
from releases.neutrality import QUESTIONS
from releases.releasing import release_items, title_of
from releases.reviewing import approve, objections_to, waive
from releases.sending import record, record_told
from workshops.models import AgendaItem, Event, EventHost, Slot

from .reading import Calendar, DemoError, Row, read_list, read_one

SECTIONS: dict[str, type[briefings.Section]] = {
    "text": briefings.TextSection,
    "table": briefings.TableSection,
    "programme": briefings.ProgrammeSection,
    "figures": briefings.FiguresSection,
    "documents": briefings.DocumentsSection,
    "contact": briefings.ContactSection,
}

# Why a warning about a figure or a sentence of the past may stand.
AS_PRINTED = "It is shown as the office published it at the time."
# What a mail server answered to most mail.
ACCEPTED = "250 2.0.0 Ok: queued"


def load_demo(folder: Path, *, today: dt.date) -> dict[str, int]:
    """Load every file below ``folder``; all of it or nothing. Returns the number of rows made.

    Raises ``DemoError``, which names the file and the line.
    """
    loader = _Loader(folder, today)
    try:
        with transaction.atomic():
            loader.load()
    except BaseException:
        for field_file in loader.written:
            field_file.storage.delete(field_file.name)
        raise
    return dict(loader.made)


class _Loader:
    def __init__(self, folder: Path, today: dt.date) -> None:
        self.folder = folder
        self.calendar = Calendar(today)
        self.made: defaultdict[str, int] = defaultdict(int)
        self.written: list[Any] = []
        self.releases: defaultdict[dt.datetime, list[ReleasableItem]] = defaultdict(list)
        # When somebody joined whom everything before has to be told.
        self.joined: set[dt.datetime] = set()
        self.later: list[Callable[[], None]] = []
        self.election: Election

    def load(self) -> None:
        for row in read_list(self.folder / "offices.yaml"):
            if not Office.objects.filter(name=row.need("name")).exists():
                self._save(row, Office(), {"name": row.need("name")} | row.rest())
        for row in read_list(self.folder / "people.yaml"):
            if not User.objects.filter(email__iexact=row.need("email")).exists():
                self._make_user(row)
        self._give_second_factors()
        for file in sorted(self.folder.glob("*/election.yaml")):
            self._load_election(file.parent)

    def _make_user(self, row: Row) -> None:
        email, name, roles = row.need("email"), row.need("name"), row.take("roles") or []
        for role in roles:
            if role not in Role.values:
                raise row.error(f"“{role}” is not one of {', '.join(Role.values)}.", "roles")
        values = {"is_staff": bool(roles), **row.rest()}
        user = User.objects.create_user(email, name, **values)
        user.groups.set(Group.objects.filter(name__in=roles))
        self.made["user"] += 1

    def _give_second_factors(self) -> None:
        """An authenticator app for staff who have none; the code it shows is printed with the mail.

        Only here is that key given to anybody, and ``load_demo`` refuses to run in production.
        """
        without = User.objects.filter(is_staff=True, authenticator=None)
        for user in without:
            TOTP.activate(user, DEMO_KEY)

    # --- one election -----------------------------------------------------------------------

    def _load_election(self, folder: Path) -> None:
        self.releases.clear()
        self.joined.clear()
        self.later.clear()
        row = read_one(folder / "election.yaml")
        existing = Election.objects.filter(slug=row.need("slug")).first()
        if existing:
            self.election = existing
            self.calendar.poll = existing.poll_date
        else:
            self._make_election(row)
        kinds: list[tuple[str, type[ReleasableItem], Callable[..., None]]] = [
            ("documents", briefings.Document, self._document),
            ("statements", briefings.Statement, self._statement),
            ("figures", briefings.Figure, self._figure),
            ("events", Event, self._event),
            ("newsletters", briefings.Newsletter, self._newsletter),
            ("log", InformationRequest, self._request),
        ]
        for name, model, make in kinds:
            for item_row in read_list(folder / f"{name}.yaml"):
                slug = item_row.need("slug")
                if not model._default_manager.filter(election=self.election, slug=slug).exists():
                    make(item_row, model(election=self.election, slug=slug))
        for finish in self.later:
            finish()
        mail = list(read_list(folder / "mail.yaml"))
        # Loaded again, nothing is released and nothing mailed.
        failures = {self._delivery_of(row): row for row in mail} if self.releases else {}
        for moment in sorted({*self.releases, *self.joined}):
            if moment in self.joined:
                catch_up_all(at=moment)
            if moment in self.releases:
                self._release(self.releases[moment], moment)
            self._record_mail(failures)
        for row in failures.values() if self.releases else ():
            raise row.error("nothing was mailed to them at that moment.", "to")

    def _release(self, items: list[ReleasableItem], moment: dt.datetime) -> None:
        for item in items:
            self._approve(item, moment)
        release_items(items, election=self.election, title=title_of(items), at=moment)
        self.made["release"] += 1

    def _delivery_of(self, row: Row) -> tuple[str, dt.datetime]:
        return row.need("to"), self._read(row, "released", self.calendar.moment)

    def _record_mail(self, failures: dict[tuple[str, dt.datetime], Row]) -> None:
        """Mail of the past: recorded as what became of it, and sent to nobody."""
        waiting = Delivery.objects.filter(
            state=Delivery.State.QUEUED, candidate__election=self.election
        )
        for place, delivery in enumerate(waiting):
            at = delivery.due_at + dt.timedelta(seconds=2 + 3 * place)
            failed = failures.pop((delivery.address, delivery.due_at), None)
            if failed is None:
                record(delivery, Delivery.State.ACCEPTED, at=at, reply=ACCEPTED)
                continue
            record(delivery, failed.need("state"), at=at, reply=failed.need("reply"))
            if failed.take("told") is not None:
                told_at = self._read(failed, "told", self.calendar.moment)
                record_told(delivery, how=failed.need("how"), by=None, at=told_at)
            failed.finish()

    def _approve(self, item: ReleasableItem, at: dt.datetime) -> None:
        """What the office published is shown as it was printed, whatever the checks say of it."""
        approver = User.objects.filter(groups__name=Role.APPROVER).order_by("pk").first()
        confirmed = [(question, "yes") for question in QUESTIONS]
        try:
            approve(item, by=approver, at=at, checklist=confirmed)
        except Refused as refused:
            if refused.code != "warnings":
                raise
            for warning in objections_to(item).warnings:
                waive(item, warning, by=approver, at=at, reason=AS_PRINTED)
            approve(item, by=approver, at=at, checklist=confirmed)

    def _make_election(self, row: Row) -> None:
        poll = self._read(row, "poll_date", self.calendar.day)
        self.calendar.poll = poll
        office = Office.objects.filter(short_name=row.need("office")).first()
        if office is None:
            raise row.error("there is no office of that short name.", "office")
        key_dates, candidates = list(row.rows("key_dates")), list(row.rows("candidates"))
        topics = row.take("topics") or []
        values = {"slug": row.need("slug"), "office": office, "poll_date": poll} | row.rest()
        self.election = Election()
        self._save(row, self.election, values)
        set_out(self.election)
        for date_row in key_dates:
            kind = date_row.take("kind", "")
            date = (
                KeyDate.objects.filter(election=self.election, kind=kind).exclude(kind="").first()
            )
            date = date or KeyDate(election=self.election, kind=kind)
            self._save(date_row, date, date_row.rest())
        for candidate_row in candidates:
            self._candidate(candidate_row)
        for name in topics:
            Topic.objects.create(election=self.election, name=name, slug=slugify(name))

    # --- one candidate ------------------------------------------------------------------------

    def _candidate(self, row: Row) -> None:
        user = self._person(row)
        statuses, agents = list(row.rows("statuses")), list(row.rows("agents"))
        description = row.take("ballot_description", "")
        invited = row.take("invited") and self._read(row, "invited", self.calendar.moment)
        candidate = Candidate(election=self.election, user=user)
        self._save(row, candidate, row.rest())
        for status in statuses:
            day = self._read(status, "effective_from", self.calendar.day)
            at = self.calendar.moment(f"{day} 09:00")
            try:
                record_status(candidate, **status.rest() | {"effective_from": day}, by=None, at=at)
            except Refused as refused:
                raise status.error(refused.sentence) from refused
            self.joined.add(at)
            self.made["status"] += 1
        if description:
            candidate.refresh_from_db()
            candidate.ballot_description = description
            candidate.full_clean()
            candidate.save()
        if invited:
            self._invitation(Invitation(candidate=candidate, sent_at=invited), user)
        for agent_row in agents:
            at = self._read(agent_row, "invited", self.calendar.moment)
            agent = Agent(
                candidate=candidate,
                user=self._person(agent_row),
                invited_at=at,
                invited_by=candidate.user,
            )
            self._save(agent_row, agent, agent_row.rest())
            self.joined.add(at)
            taken_up = at + dt.timedelta(hours=3)
            self._invitation(
                Invitation(agent=agent, sent_at=at, sent_by=user, taken_up_at=taken_up), agent.user
            )

    def _person(self, row: Row) -> User | None:
        email = row.take("email")
        user = User.objects.filter(email=email).first() if email else None
        if email and user is None:
            raise row.error(f"there is no {email} in people.yaml.", "email")
        return user

    def _invitation(self, invitation: Invitation, user: User | None) -> None:
        """An invitation of the past: recorded as sent, and sent to nobody."""
        invitation.email = user.email if user else ""
        invitation.accepted_at = invitation.sent_at
        invitation.full_clean()
        invitation.save()
        self.made["invitation"] += 1

    # --- one item -----------------------------------------------------------------------------

    def _document(self, row: Row, document: briefings.Document) -> None:
        self._note_release(row, document)
        name = row.take("file")
        if name is None:
            self._save(row, document, row.rest())
            return
        path = row.path.parent / name
        if not path.is_file():
            raise row.error(f"there is no file {name}.", "file")
        with path.open("rb") as content:
            document.file = File(content, name=path.name)
            self._save(row, document, row.rest())
        self.written.append(document.file)

    def _statement(self, row: Row, statement: briefings.Statement) -> None:
        self._note_release(row, statement)
        columns, lines = list(row.rows("columns")), row.need("lines")
        self._save(row, statement, row.rest())
        for position, column in enumerate(columns, start=1):
            values = column.rest()
            new = briefings.StatementColumn(statement=statement, position=position)
            self._save(column, new, values)
        for position, line in enumerate(lines, start=1):
            at = lines.lc.item(position - 1)[0] + 1
            if not isinstance(line, list) or len(line) != len(columns) + 2:
                raise DemoError(
                    row.path, at, f"a line has a label, a role and {len(columns)} cells."
                )
            label, role, *cells = (str(cell) for cell in line)
            new_line = briefings.StatementLine(
                statement=statement, position=position, label=label, role=role, cells=cells
            )
            self._save(row, new_line, {}, line=at)

    def _figure(self, row: Row, figure: briefings.Figure) -> None:
        self._note_release(row, figure)
        self._save(row, figure, row.rest())

    def _event(self, row: Row, event: Event) -> None:
        self._note_release(row, event)
        hosts, agenda = list(row.rows("hosts")), list(row.rows("agenda"))
        slots = list(row.rows("slots"))
        for name in ("bookable_from", "first_window_until"):
            if row.take(name) is not None:
                setattr(event, name, self._read(row, name, self.calendar.moment))
        self._save(row, event, row.rest())
        for model, parts in ((EventHost, hosts), (AgendaItem, agenda)):
            for position, part in enumerate(parts, start=1):
                self._save(part, model(event=event, position=position), part.rest())
        for slot in slots:
            self._slot(slot, Slot(event=event))

    def _slot(self, row: Row, slot: Slot) -> None:
        if row.take("day") is not None:
            slot.is_all_day = True
            slot.starts_at = self._read(row, "day", lambda d: self.calendar.moment(f"{d} 00:00"))
        else:
            slot.starts_at = self._read(row, "starts_at", self.calendar.moment)
            if row.take("ends_at") is not None:
                slot.ends_at = self._read(row, "ends_at", self.calendar.moment)
        self._save(row, slot, row.rest())

    def _newsletter(self, row: Row, newsletter: briefings.Newsletter) -> None:
        self._note_release(row, newsletter)
        sections = list(row.rows("sections"))
        self._save(row, newsletter, row.rest())
        for position, section in enumerate(sections, start=1):
            kind = section.need("type")
            if kind not in SECTIONS:
                raise section.error(f"“{kind}” is not one of {', '.join(SECTIONS)}.", "type")
            new = SECTIONS[kind](parent=newsletter, region="main", ordering=position * 10)
            self._save(section, new, section.rest())

    def _request(self, row: Row, request: InformationRequest) -> None:
        self._note_release(row, request)
        parts, see_also = list(row.rows("parts")), row.take("see_also") or []
        self._save(row, request, row.rest())
        if see_also:  # may name a request further down
            self.later.append(lambda: self._see_also(row, request, see_also))
        for position, part_row in enumerate(parts, start=1):
            responses = list(part_row.rows("responses"))
            part = Part(request=request, position=position)
            self._save(part_row, part, part_row.rest())
            for number, response in enumerate(responses, start=1):
                new = Response(part=part, position=number)
                self._save(response, new, response.rest())

    def _see_also(self, row: Row, request: InformationRequest, slugs: list[str]) -> None:
        field = request._meta.get_field("see_also")
        related = [self._related(row, "see_also", field, slug).pk for slug in slugs]
        request.see_also.set(related)

    # --- values -------------------------------------------------------------------------------

    def _note_release(self, row: Row, item: ReleasableItem) -> None:
        if row.take("released") is not None:
            self.releases[self._read(row, "released", self.calendar.moment)].append(item)

    def _read(self, row: Row, key: str, read: Callable[[Any], Any]) -> Any:
        try:
            return read(row.need(key))
        except ValueError as error:
            raise row.error(f"“{row.data[key]}” cannot be read: {error}.", key) from error

    def _save(
        self, row: Row, instance: models.Model, values: dict[str, Any], line: int | None = None
    ) -> None:
        """Set ``values`` by the names of the model's fields, check the row and save it."""
        many: dict[str, list[models.Model]] = {}
        for key, said in values.items():
            field = self._field(row, instance, key)
            if field.many_to_many:
                many[key] = [self._related(row, key, field, slug) for slug in said]
            elif field.is_relation and isinstance(said, str):
                setattr(instance, key, self._related(row, key, field, said))
            elif type(field) is models.DateField:
                setattr(instance, key, self._read_value(row, key, said))
            else:
                setattr(instance, key, said.strip() if isinstance(said, str) else said)
        try:
            instance.full_clean()
        except ValidationError as error:
            key, sentences = next(iter(error.message_dict.items()))
            found = row.error(f"{key}: {' '.join(sentences)}", key)
            raise (
                DemoError(row.path, line, f"{' '.join(sentences)}") if line else found
            ) from error
        instance.save()
        for key, related in many.items():
            getattr(instance, key).set(related)
        self.made[str(instance._meta.verbose_name)] += 1

    def _field(self, row: Row, instance: models.Model, key: str) -> Any:
        try:
            return instance._meta.get_field(key)
        except FieldDoesNotExist as error:
            raise row.error(f"“{key}” is not something that can be said here.", key) from error

    def _read_value(self, row: Row, key: str, said: Any) -> dt.date:
        try:
            return self.calendar.day(said)
        except ValueError as error:
            raise row.error(f"“{said}” cannot be read as a date: {error}.", key) from error

    def _related(self, row: Row, key: str, field: Any, slug: str) -> models.Model:
        """The thing of this election that a file names by its slug (a topic by its name)."""
        wanted = slugify(slug) if field.related_model is Topic else slug
        found = field.related_model._default_manager.filter(election=self.election, slug=wanted)
        related: models.Model | None = found.first()
        if related is None:
            raise row.error(f"this election has no “{slug}” for “{key}”.", key)
        return related

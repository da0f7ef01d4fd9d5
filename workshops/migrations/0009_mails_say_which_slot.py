"""Mails from before 0005 tell of a slot without naming it: without that, nobody who got one would
be told of a change. What they told is what held when they were sent.
"""

from django.db import migrations
from django.db.models import OuterRef, Subquery

TELL_FACTS = ("booked", "waiting", "offered")


def say_which_slot(apps, schema_editor):
    mails = apps.get_model("workshops", "BookingMail").objects.using(schema_editor.connection.alias)
    slots = apps.get_model("workshops", "Slot").objects.using(schema_editor.connection.alias)
    held = slots.filter(
        event__election=OuterRef("booking__book__election"),
        event__slug=OuterRef("booking__book__event_slug"),
        number=OuterRef("booking__slot_number"),
        event__release__released_at__lte=OuterRef("begun_at"),
    ).order_by("-event__version")
    old = mails.filter(what__in=TELL_FACTS, slot=None, begun_at__isnull=False)
    for pk, slot in old.annotate(held=Subquery(held.values("pk")[:1])).values_list("pk", "held"):
        mails.filter(pk=pk).update(slot=slot)


class Migration(migrations.Migration):
    dependencies = [("workshops", "0008_waits_and_doubts")]

    operations = [migrations.RunPython(say_which_slot, migrations.RunPython.noop)]

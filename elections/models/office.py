from django.db import models

from pcc_portal.public_frame import PublicFrame


class Office(PublicFrame):
    """The office that runs the portal: its own names, contacts and colour."""

    class Kind(models.TextChoices):
        PCC = "pcc", "Police and Crime Commissioner"
        PFCC = "pfcc", "Police, Fire and Crime Commissioner"
        MAYOR = "mayor", "Mayor with policing powers"
        BOARD = "board", "Policing and crime board"

    class Colour(models.TextChoices):
        """Each is tested for contrast with white, so no office can pick an unreadable one."""

        NAVY = "navy", "Navy blue"
        TEAL = "teal", "Teal"
        GREEN = "green", "Dark green"
        PURPLE = "purple", "Purple"
        PLUM = "plum", "Plum"
        SLATE = "slate", "Slate grey"

    kind = models.CharField(
        max_length=10,
        choices=Kind,
        default=Kind.PCC,
        help_text="It decides the timetable of the office’s elections. A mayor’s is that of a "
        "combined authority; the Mayor of London has another one. A board has none yet.",
    )
    name = models.CharField(
        max_length=200,
        unique=True,
        help_text="In full, as on your letterhead: “Office of the Police and Crime Commissioner "
        "for Leicestershire”.",
    )
    short_name = models.CharField(
        max_length=60, help_text="As people say it: “Leicestershire OPCC”."
    )
    post = models.CharField(
        max_length=100, help_text="The post that is elected: “Police and Crime Commissioner”."
    )
    area = models.CharField(
        max_length=200, help_text="The area it covers: “Leicester, Leicestershire and Rutland”."
    )
    force = models.CharField("police force", max_length=100)
    colour = models.CharField(max_length=10, choices=Colour, default=Colour.NAVY)
    contact_name = models.CharField(
        "single point of contact",
        max_length=100,
        help_text="The post or person candidates write to.",
    )
    contact_email = models.EmailField("contact e-mail")
    contact_phone = models.CharField(max_length=30, blank=True)
    address = models.TextField("postal address", blank=True)
    website = models.URLField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.short_name

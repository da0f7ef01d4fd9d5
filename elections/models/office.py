from django.db import models


class Office(models.Model):
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

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PCC)
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
    changed_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.short_name

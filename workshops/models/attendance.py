from django.conf import settings
from django.db import models


class Attendance(models.Model):
    """Who said when that somebody booked came, or did not. The last row of a booking holds.

    A row is never changed, so the rows are the record of what was said at the door and later.
    """

    booking = models.ForeignKey(
        "workshops.Booking", on_delete=models.CASCADE, related_name="attendances"
    )
    came = models.BooleanField()
    marked_at = models.DateTimeField()
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return "Came" if self.came else "Did not come"

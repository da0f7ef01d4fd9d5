"""How often a sign-in code is asked for, mailed and mistyped.

The numbers are in ``ACCOUNT_RATE_LIMITS``, the reasons in
docs/decisions/0007-limits-of-signing-in.md.
"""

from dataclasses import dataclass
from functools import cached_property

from allauth.core import ratelimit
from allauth.core.internal.ratelimit import get_ip as get_network
from django.http import HttpRequest

from .known_browsers import knows
from .limits import network_address
from .models import SignInRecord, User


@dataclass(frozen=True)
class Asker:
    """Whoever asks for a code for ``email``, which is the address of ``user`` or of nobody."""

    request: HttpRequest
    email: str
    user: User | None

    @cached_property
    def is_known_browser(self) -> bool:
        return knows(self.request, self.user)

    @cached_property
    def is_known_place(self) -> bool:
        """Whether this person has signed in with this browser or from here. One query at most."""
        here = network_address(self.request)
        return self.is_known_browser or (
            SignInRecord.objects.signed_in_from(here, self.user).exists()
        )

    def may_ask(self) -> bool:
        """Count one more request for a code. False when there were too many.

        Whoever floods an address uses up what is allowed from their own network, or what all
        strangers have together; never what its owner has in a browser or a network of theirs, nor
        the few that are left to each network of its own.
        """
        if self.is_known_browser:
            return self._count("code_in_known_browser", self.email)
        here = f"{self.email} {get_network(self.request)}"
        if not (self._count("code_asked_here") and self._count("code_for_address_here", here)):
            return False
        return (
            self.is_known_place
            or self._count("code_for_address_elsewhere", self.email)
            or self._count("code_kept_for_each_network", here)
        )

    def may_be_mailed(self, code: str) -> bool:
        """Count one more mail of ``code``, which strangers cannot have mailed without end."""
        return self.is_known_place or self._count("code_mailed_to_strangers", code)

    def _count(self, action: str, key: str | None = None) -> bool:
        return bool(ratelimit.consume(self.request, action=action, key=key))


def has_wrong_codes_left(request: HttpRequest, user: User | None) -> bool:
    """Whether another code may be typed here. In a browser of theirs the codes' own tries count."""
    return knows(request, user) or bool(
        ratelimit.consume(request, action="wrong_code", dry_run=True)
    )


def count_wrong_code(request: HttpRequest) -> None:
    ratelimit.consume(request, action="wrong_code")

from collections.abc import Sequence
from typing import Any

from django import forms

from pcc_portal.forms import PortalForm

from .models import Event, Slot
from .offers import Offer
from .programme import DATES
from .wishes import MOST_WISHES
from .wording import time_of

MOST_WORDS = 1000


class ProgrammeFilterForm(PortalForm):
    """Which part of the programme to show. Every choice may be left open."""

    method = "get"
    submit_label = "Show"

    kind = forms.ChoiceField(
        label="Kind",
        required=False,
        choices=[("", "All kinds"), *Event.Kind.choices, (DATES, "Dates of the election")],
        error_messages={"invalid_choice": "Choose a kind from the list: that is not one of them."},
    )
    who = forms.ChoiceField(
        label="Who may attend",
        required=False,
        choices=[("", "All"), *Event.OpenTo.choices],
        error_messages={
            "invalid_choice": "Choose who may attend from the list: that is not one of them."
        },
    )


class PartyForm(PortalForm):
    """Who comes, as far as the event lets candidates bring anyone."""

    def __init__(self, event: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, most, label in (
            ("agents", event.agent_places, "Agents who come with the candidate"),
            ("guests", event.guest_places, "Guests who come with the candidate"),
        ):
            if most:
                self.fields[name] = forms.TypedChoiceField(
                    label=label,
                    coerce=int,
                    choices=[(str(number), str(number)) for number in range(most + 1)],
                    error_messages={
                        "required": f"Say how many {name} come.",
                        "invalid_choice": f"Choose how many {name} come from the list.",
                    },
                )


class ChooseSlotForm(PartyForm):
    """The first of three steps: when, and with whom. It changes nothing."""

    slot = forms.TypedChoiceField(
        label="When",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose a time.",
            "invalid_choice": "Choose a time from the list: that one cannot be booked now.",
        },
    )

    replaces = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(self, event: Event, offers: Sequence[Offer], *args: Any, **kwargs: Any) -> None:
        super().__init__(event, *args, **kwargs)
        self.fields["slot"].choices = [  # type: ignore[attr-defined]
            (str(offer.slot.number), offer.label) for offer in offers
        ]


class ConfirmForm(PortalForm):
    """The second step: the wish as it was checked, and what those who come need."""

    # Why it is refused stands above the wish, with what is still free.
    summary_is_on_page = True

    slot = forms.IntegerField(min_value=1, max_value=32_767, widget=forms.HiddenInput)
    agents = forms.IntegerField(
        min_value=0, max_value=32_767, required=False, widget=forms.HiddenInput
    )
    guests = forms.IntegerField(
        min_value=0, max_value=32_767, required=False, widget=forms.HiddenInput
    )
    replaces = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)
    may_wait = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, event: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, is_asked, label, hint in (
            (
                "access",
                event.asks_access,
                "What do you need to take part? (optional)",
                "Such as step-free access, a hearing loop, an interpreter.",
            ),
            ("diet", event.asks_diet, "What can you not eat? (optional)", "There is food."),
        ):
            if is_asked:
                self.fields[name] = forms.CharField(
                    label=label,
                    help_text=f"{hint} Only those who prepare the event read it, and it is "
                    "deleted 14 days after.",
                    max_length=MOST_WORDS,
                    required=False,
                    widget=forms.Textarea(attrs={"rows": 3}),
                )


class WishForm(PortalForm):
    """The slots somebody would like, the dearest first. All may be left open: no wish then."""

    submit_label = "Keep these wishes"
    names = ("first", "second", "third", "fourth", "fifth")[:MOST_WISHES]

    def __init__(self, slots: Sequence[Slot], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        times = [("", "None"), *((str(slot.number), time_of(slot)) for slot in slots)]
        for name in self.names[: len(slots)]:
            self.fields[name] = forms.ChoiceField(
                label=f"{name.capitalize()} wish",
                required=False,
                choices=times,
                error_messages={
                    "invalid_choice": "Choose a time from the list: that one is not on the "
                    "programme any more."
                },
            )

    @property
    def numbers(self) -> list[int]:
        return [int(self.cleaned_data[name]) for name in self.fields if self.cleaned_data[name]]

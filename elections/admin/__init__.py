from .candidates import CandidateAdmin
from .impartiality import ImpartialityDeclarationAdmin
from .invitations import AgentAdmin, InvitationAdmin
from .people import UserAdmin
from .sign_in import SignInRecordAdmin
from .standing import StandingRequestAdmin
from .timetable import ElectionAdmin, KeyDateAdmin, NonWorkingDayAdmin, OfficeAdmin

__all__ = [
    "AgentAdmin",
    "CandidateAdmin",
    "ElectionAdmin",
    "ImpartialityDeclarationAdmin",
    "InvitationAdmin",
    "KeyDateAdmin",
    "NonWorkingDayAdmin",
    "OfficeAdmin",
    "SignInRecordAdmin",
    "StandingRequestAdmin",
    "UserAdmin",
]

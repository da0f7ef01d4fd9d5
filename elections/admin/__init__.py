from .people import CandidateAdmin, UserAdmin
from .sign_in import SignInRecordAdmin
from .timetable import ElectionAdmin, KeyDateAdmin, NonWorkingDayAdmin, OfficeAdmin

__all__ = [
    "CandidateAdmin",
    "ElectionAdmin",
    "KeyDateAdmin",
    "NonWorkingDayAdmin",
    "OfficeAdmin",
    "SignInRecordAdmin",
    "UserAdmin",
]

from .people import CandidateAdmin, UserAdmin
from .timetable import ElectionAdmin, KeyDateAdmin, NonWorkingDayAdmin, OfficeAdmin

__all__ = [
    "CandidateAdmin",
    "ElectionAdmin",
    "KeyDateAdmin",
    "NonWorkingDayAdmin",
    "OfficeAdmin",
    "UserAdmin",
]

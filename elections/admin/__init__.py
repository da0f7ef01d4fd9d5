from .impartiality import ImpartialityDeclarationAdmin
from .people import CandidateAdmin, UserAdmin
from .timetable import ElectionAdmin, KeyDateAdmin, NonWorkingDayAdmin, OfficeAdmin

__all__ = [
    "CandidateAdmin",
    "ElectionAdmin",
    "ImpartialityDeclarationAdmin",
    "KeyDateAdmin",
    "NonWorkingDayAdmin",
    "OfficeAdmin",
    "UserAdmin",
]

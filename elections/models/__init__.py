from .candidate import Candidate
from .election import Election, Phase
from .impartiality import ImpartialityDeclaration
from .key_date import KeyDate, NonWorkingDay
from .office import Office
from .user import User

__all__ = [
    "Candidate",
    "Election",
    "ImpartialityDeclaration",
    "KeyDate",
    "NonWorkingDay",
    "Office",
    "Phase",
    "User",
]

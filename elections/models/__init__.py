from .cache_entry import CacheEntry
from .candidate import Candidate
from .code_mail import CodeMail
from .election import Election, Phase
from .key_date import KeyDate, NonWorkingDay
from .office import Office
from .sign_in_record import SignInRecord
from .user import User

__all__ = [
    "CacheEntry",
    "Candidate",
    "CodeMail",
    "Election",
    "KeyDate",
    "NonWorkingDay",
    "Office",
    "Phase",
    "SignInRecord",
    "User",
]

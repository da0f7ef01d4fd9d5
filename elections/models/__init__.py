from .agent import Agent
from .cache_entry import CacheEntry
from .calendar_address import CalendarAddress
from .candidate import STATUS_ON, Candidate
from .code_mail import CodeMail
from .election import Election, Phase
from .impartiality import ImpartialityDeclaration
from .invitation import Invitation
from .key_date import KeyDate, NonWorkingDay
from .office import Office
from .sign_in_record import SignInRecord
from .standing_request import StandingRequest
from .status_change import StatusChange
from .user import User

__all__ = [
    "STATUS_ON",
    "Agent",
    "CacheEntry",
    "CalendarAddress",
    "Candidate",
    "CodeMail",
    "Election",
    "ImpartialityDeclaration",
    "Invitation",
    "KeyDate",
    "NonWorkingDay",
    "Office",
    "Phase",
    "SignInRecord",
    "StandingRequest",
    "StatusChange",
    "User",
]

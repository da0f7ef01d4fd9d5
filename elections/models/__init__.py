from .agent import Agent
from .candidate import STATUS_ON, Candidate
from .election import Election, Phase
from .invitation import Invitation
from .key_date import KeyDate, NonWorkingDay
from .office import Office
from .standing_request import StandingRequest
from .status_change import StatusChange
from .user import User

__all__ = [
    "STATUS_ON",
    "Agent",
    "Candidate",
    "Election",
    "Invitation",
    "KeyDate",
    "NonWorkingDay",
    "Office",
    "Phase",
    "StandingRequest",
    "StatusChange",
    "User",
]

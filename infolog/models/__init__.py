from .disclosure import Disclosure
from .enquiry import SEE_ASKERS, Enquiry, EnquiryPart, Receipt
from .force import ForceAddress, Proposal
from .log_import import ImportedRequest, LogImport
from .part import Part, Response
from .request import (
    InformationRequest,
    InformationRequestQuerySet,
    Topic,
    new_reference,
    reference_from,
    title_from,
    was_given,
)
from .rules import LogRules
from .wording import Wording
from .work import Pause, Work

__all__ = [
    "SEE_ASKERS",
    "Disclosure",
    "Enquiry",
    "EnquiryPart",
    "ForceAddress",
    "ImportedRequest",
    "InformationRequest",
    "InformationRequestQuerySet",
    "LogImport",
    "LogRules",
    "Part",
    "Pause",
    "Proposal",
    "Receipt",
    "Response",
    "Topic",
    "Wording",
    "Work",
    "new_reference",
    "reference_from",
    "title_from",
    "was_given",
]

from .document import Document
from .figure import Figure
from .newsletter import (
    ContactSection,
    DocumentsSection,
    FiguresSection,
    Newsletter,
    ProgrammeSection,
    Section,
    TableSection,
    TextSection,
)
from .statement import Basis, Statement, StatementColumn, StatementLine

__all__ = [
    "Basis",
    "ContactSection",
    "Document",
    "DocumentsSection",
    "Figure",
    "FiguresSection",
    "Newsletter",
    "ProgrammeSection",
    "Section",
    "Statement",
    "StatementColumn",
    "StatementLine",
    "TableSection",
    "TextSection",
]

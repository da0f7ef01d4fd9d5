"""Grounds and paragraphs an office can begin with. Nothing is offered before an approver approves.

They are put into the log's wording by a migration, once; what staff make of them stays.
"""

WORDINGS = (
    (
        "ground",
        "Operational",
        "This is a matter for the Chief Constable, who directs and controls the police force "
        "independently (Police Reform and Social Responsibility Act 2011, section 2).",
        "We have published what the force said to this, or will when it says something. What the "
        "office itself holds about it we can give: ask for the figure or paper you need.",
    ),
    (
        "ground",
        "Policy of a candidate",
        "The office comments on no candidate’s manifesto, proposal or claim, whoever’s it is.",
        "We can give the facts such a proposal rests on: ask for the figure, its year and its "
        "source.",
    ),
    (
        "ground",
        "View on policy",
        "This asks what the office thinks of a policy. Its staff are politically impartial and "
        "give facts only.",
        "We can say what the present policy is, what it costs and where it is written down.",
    ),
    (
        "ground",
        "Commercial",
        "Telling this could harm a tender, a contract or somebody’s commercial interests.",
        "We can give totals, and what has been published about contracts already.",
    ),
    (
        "ground",
        "Personal",
        "This would tell something about a person who can be recognised.",
        "We can give numbers for groups large enough that nobody can be recognised.",
    ),
    (
        "ground",
        "Security",
        "Telling this could put people, buildings or police work at risk.",
        "We can say in general terms how such risks are handled, and who oversees that.",
    ),
    (
        "ground",
        "Elections",
        "How the election is run, nominations and spending are matters for the returning officer "
        "and the Electoral Commission, not for the office.",
        "Ask the police area returning officer; the contact page names them.",
    ),
    (
        "paragraph",
        "Figures of the year before",
        "These are the newest figures that have been audited. Later ones are not final and can "
        "still change.",
        "",
    ),
)

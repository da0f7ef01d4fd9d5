"""What the approver confirms of each item in the pre-election period, kept with the approval.

After the Code of Recommended Practice on Local Authority Publicity: publicity in a period of
heightened sensitivity is even-handed, factual, and silent about candidates and their policies.
"""

VERSION = 1
QUESTIONS = (
    "It states facts, and says where they come from.",
    "It names no candidate or party, except as the statement of persons nominated lists them.",
    "It neither praises nor criticises a policy of a candidate, a party or the sitting "
    "commissioner.",
    "It announces nothing new that could influence the vote.",
    "It would read the same whoever was standing.",
)

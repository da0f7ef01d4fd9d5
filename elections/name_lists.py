"""Words the check for names needs: parties, and surnames that are words as well. The one place."""

import re

# Parties as they stand on ballot papers of England and Wales, and as people call them.
PARTIES = (
    "Alliance for Democracy and Freedom",
    "British Democrats",
    "British National Party",
    "Britain First",
    "Christian Peoples Alliance",
    "Communist Party of Britain",
    "Conservatives",
    "Conservative Party",
    "Conservative and Unionist Party",
    "Conservative candidate",
    "Co-operative Party",
    "English Democrats",
    "For Britain",
    "Green Party",
    "Heritage Party",
    "Homeland Party",
    "Labour and Co-operative",
    "Labour Party",
    "Labour candidate",
    "Lib Dem",
    "Lib Dems",
    "Liberal Democrat",
    "Liberal Democrats",
    "Liberal Party",
    "Monster Raving Loony",
    "National Front",
    "Plaid Cymru",
    "Reclaim Party",
    "Reform UK",
    "Respect Party",
    "Scottish National Party",
    "Social Democratic Party",
    "Socialist Labour Party",
    "Tories",
    "Tory",
    "Trade Unionist and Socialist Coalition",
    "UK Independence Party",
    "UKIP",
    "Veterans and People’s Party",
    "Women’s Equality Party",
    "Workers Party of Britain",
    "Yorkshire Party",
)
# Descriptions on a ballot paper that name no party.
NO_PARTY = frozenset({"independent", "independent candidate", "no description"})
TITLES = frozenset(
    re.findall(r"\w+", "Mr Mrs Ms Miss Mx Dr Sir Dame Lord Lady Baroness Prof Professor Cllr")
) | {"Councillor", "Rev", "Reverend"}
# Surnames that stand in ordinary sentences, where a capital at the beginning proves nothing.
ORDINARY_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        baker ball banks barber barker bell best bird bishop black blue bond booth bridge brook
        brown buck bull bush butler carpenter carter case castle chambers chance church clay clerk
        coach coffey cole collier constable cook cooper court cross curry dale day dean dear draper
        driver drew east england english farmer field fields fisher flood flowers ford forest
        foster fox france french friend frost gardener garland gates gold good grant gray green
        grey hall hand hardy harper head heath high hill holder holland hope house hunt hunter
        ireland iron judge just keen key keys kind king knight lamb lane law lawless link little
        lock long love major march marsh marshall mason may miles mills money moon moore new north
        north page park parker parish peace penny perry pike pitt place plain pollard pool pope
        porter potter power price prior pride quick read reeve reed rich rivers rose rule sage
        sail savage sawyer sharp shepherd short singer small smart smith snow south speed spring
        steel stone strange street strong summers swift tanner taylor temple thatcher towers town
        turner underwood vale wade walker wall ward waters way weaver webb wells west wheeler white
        wild will wise wood woods words young
        """,
    )
)
# Words that begin sentences with a capital, and are no first names.
BEGIN_SENTENCES = frozenset(
    re.findall(
        r"\w+",
        """
        a after all also although and as asked at because before both but by can candidate
        candidates could did do does even every for from had has have here how however if in is
        it later like may most no nobody not of on once only or our perhaps said she should since
        so some than that the their then there these they this though through thus to today under
        unless until was we were what when where whether which while who whose why will with
        without would yes yesterday yet
        """,
    )
)

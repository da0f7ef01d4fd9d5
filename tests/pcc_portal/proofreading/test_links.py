import pytest

from pcc_portal.findings import Severity
from pcc_portal.proofreading import plain, rich
from pcc_portal.proofreading.links import check_links, why_dead


def codes(passage):
    return [finding.code for finding in check_links(passage)]


def linked(address, words="the budget report"):
    return rich("Text", f'<p>Read <a href="{address}">{words}</a> today.</p>')


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "it has no address"),
        ("#", "its address is only “#”"),
        ("javascript:void(0)", "does not begin with https://"),
        ("www.leics.gov.uk", "does not begin with https://"),
        ("C:\\Users\\me\\report.pdf", "does not begin with https://"),
        ("https://", "names no website"),
        ("https://[broken", "is not a web address"),
        ("http://intranet/report", "only inside the office"),
        ("http://192.168.1.4/report", "only inside the office"),
        ("mailto:office", "is not an e-mail address"),
        ("tel:soon", "is not a telephone number"),
        ("/no/such/page/of/this/portal", "this portal has no page"),
    ],
)
def test_link_that_leads_nowhere_is_an_error_that_says_why(address, words):
    assert words in why_dead(address)
    [finding] = check_links(linked(address))
    assert (finding.code, finding.severity) == ("link-dead", Severity.ERROR)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.leics.gov.uk/precept?year=2021#top",
        "mailto:office@leics.police.uk?subject=Question",
        "tel:01162298980",
        "/pcc-2021/documents/",
        "/pcc-2021/newsletters/issue-1/#section-2",
        "#section-2",
        "/static/portal.css",
    ],
)
def test_link_that_may_lead_on_raises_nothing(address):
    assert codes(linked(address)) == []


def test_link_to_the_portals_own_host_is_asked_for_its_page(settings):
    settings.ALLOWED_HOSTS = ["candidates.leics.gov.uk"]

    assert why_dead("https://candidates.leics.gov.uk/pcc-2021/documents/") == ""
    assert "has no page" in why_dead("https://candidates.leics.gov.uk/no/such/page/at/all")


def test_short_and_example_addresses_are_warnings():
    assert codes(linked("https://bit.ly/39sgICX")) == ["link-short"]
    assert codes(linked("https://www.example.org/budget")) == ["link-example"]


@pytest.mark.parametrize("words", ["here", "Click here", "read more…", "This link", ""])
def test_words_that_do_not_say_where_a_link_leads_are_a_warning(words):
    assert codes(linked("https://www.leics.gov.uk/", words)) == ["link-words"]


def test_bare_address_as_the_words_of_a_link_is_a_warning_where_words_could_stand():
    address = "https://www.leics.gov.uk/precept"

    assert codes(linked(address, address)) == ["link-words"]
    assert codes(plain("Text", f"See {address}.")) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "The plan can be downloaded here.",
        "Log-in details are available here.",
        "You can read the full report here.",
        "Click here.",
    ],
)
def test_here_without_a_link_is_a_warning(sentence):
    assert codes(plain("Text", sentence)) == ["link-missing"]


@pytest.mark.parametrize(
    "text",
    [
        "The totals are worked out here; the newsletter prints none.",
        "The recording is available here:\nhttps://www.leics.gov.uk/recording",
        "The recording is available here:\n\nhttps://www.leics.gov.uk/recording",
        "Nobody here can see what you read.",
    ],
)
def test_here_that_needs_no_link_raises_nothing(text):
    assert codes(plain("Text", text)) == []

import pytest

from infolog.templatetags.infolog import prose


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("One.", "<p>One.</p>"),
        ("One.\r\nTwo.\r\n\r\n\r\nThree.", "<p>One.<br>Two.</p><p>Three.</p>"),
        (
            "These:\n- savings\n - income\nAnd more.",
            '<p>These:</p><ul class="govuk-list govuk-list--bullet"><li>savings</li>'
            "<li>income</li></ul><p>And more.</p>",
        ),
        ("-64 officers", "<p>-64 officers</p>"),
        (
            "<b>x</b>\n- <i>y</i>",
            "<p>&lt;b&gt;x&lt;/b&gt;</p>"
            '<ul class="govuk-list govuk-list--bullet"><li>&lt;i&gt;y&lt;/i&gt;</li></ul>',
        ),
    ],
)
def test_prose(text, html):
    assert prose(text) == html

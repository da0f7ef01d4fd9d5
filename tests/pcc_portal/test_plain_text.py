import pytest

from pcc_portal.plain_text import plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two  words</p>", "One\n\nTwo words"),
        ("<h2>Budget</h2><p>Text</p>", "Budget\n------\n\nText"),
        ("<ul><li>One</li><li>Two<ul><li>In it</li></ul></li></ul>", "- One\n- Two\n  - In it"),
        ("<ol><li>One</li><li>Two</li></ol>", "1. One\n2. Two"),
        ('<p>See <a href="https://a.org/">the plan</a>.</p>', "See the plan (https://a.org/)."),
        ('<p><a href="mailto:a@b.org">a@b.org</a></p>', "a@b.org"),
        ('<p><a href="#part">Part</a></p>', "Part"),
        (
            "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>",
            "A | B\n1 | 2",
        ),
        ("<p>One<br>Two</p>", "One\nTwo"),
        ("<style>p {}</style><svg><text>No</text></svg><p>Yes &amp; so</p>", "Yes & so"),
        ("", ""),
        ("loose words", "loose words"),
    ],
)
def test_plain_text_reads_well(html, text):
    assert plain_text(html) == text


def test_plain_text_breaks_lines_and_never_an_address():
    address = f"https://example.org/{'a' * 90}"
    lines = plain_text(f"<p>{'word ' * 40}{address}</p>").split("\n")

    assert all(len(line) <= 76 for line in lines[:-1])
    assert lines[-1] == address

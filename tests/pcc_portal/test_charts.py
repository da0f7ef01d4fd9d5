from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.template import Context, Template

from pcc_portal.charts import Chart, MixedUnits, Series, bar_chart

SVG = "{http://www.w3.org/2000/svg}"


def chart(*series, labels=None, **fields):
    labels = labels or [f"Line {number}" for number in range(len(series[0].values))]
    return Chart(
        **{
            "key": "costs",
            "title": "What the office costs",
            "description": "The cost by kind.",
            "labels": labels,
            "series": series,
        }
        | fields
    )


def series(*printed, name="2016/17 budget, £000", unit="£000"):
    values = [None if text == "–" else Decimal(text.replace(",", "")) for text in printed]
    return Series(name, unit, values, printed)


def drawn(*args, **fields):
    return ElementTree.fromstring(bar_chart(chart(*args, **fields)))  # noqa: S314 - our own


def bars(svg):
    """Left end and length of each bar, without the samples in the key."""
    found = svg.findall(f"{SVG}rect[@class='portal-chart__bar']")
    samples = len(svg.findall(f".//{SVG}pattern"))
    kept = found[samples:] if samples > 1 else found
    return [(float(bar.get("x")), float(bar.get("width"))) for bar in kept]


def words(svg, kind):
    return [
        "".join(text.itertext())
        for text in svg.findall(f"{SVG}text[@class='portal-chart__{kind}']")
    ]


def test_chart_is_an_image_with_a_title_and_a_description():
    svg = drawn(series("822", "64"))

    ids = svg.get("aria-labelledby").split()
    assert svg.get("role") == "img"
    assert [svg.find(f"*[@id='{key}']").text for key in ids] == [
        "What the office costs",
        "The cost by kind. Bars for: 2016/17 budget, £000. The table has the same numbers.",
    ]


def test_chart_prints_each_label_and_each_number_as_the_table_does():
    svg = drawn(series("1,062", "64"), labels=["Staff", "Audit"])

    assert words(svg, "label") == ["Staff", "Audit"]
    assert words(svg, "number") == ["1,062", "64"]
    assert words(svg, "name") == ["2016/17 budget, £000"]


def test_chart_bars_are_as_long_as_their_numbers():
    (_, long), (_, short) = bars(drawn(series("100", "25")))

    assert long == pytest.approx(4 * short, abs=0.3)


def test_chart_bars_of_negative_numbers_go_the_other_way():
    (left, length), (start, _) = bars(drawn(series("-50", "50")))

    assert left + length == pytest.approx(start, abs=0.2)
    assert left >= 0


def test_chart_draws_nought_without_a_bar_and_missing_numbers_in_words():
    svg = drawn(series("0", "–", "5"))

    assert bars(svg)[0][1] == 0
    assert words(svg, "number") == ["0", "no number", "5"]


def test_chart_shows_a_sliver_of_a_number_that_is_tiny_beside_the_others():
    (_, huge), (_, tiny) = bars(drawn(series("100000000", "1")))

    assert tiny == 1
    assert huge < 340


def test_chart_of_one_line_is_drawn():
    assert len(bars(drawn(series("5")))) == 1


def test_chart_of_noughts_only_is_drawn():
    assert bars(drawn(series("0", "0")))[0][1] == 0


@pytest.mark.parametrize(
    "made",
    [chart(series("–")), chart(*[series("1") for _ in range(6)]), chart(labels=["A"], series=[])],
)
def test_chart_without_numbers_or_with_too_many_series_is_left_out(made):
    assert bar_chart(made) == ""


def test_chart_tells_series_apart_by_pattern_and_words():
    svg = drawn(series("822", name="2016/17 budget"), series("865", name="2016/17 forecast"))

    fills = [rect.get("fill") for rect in svg.findall(f"{SVG}rect[@class='portal-chart__bar']")]
    marks = [path.get("d") for path in svg.findall(f".//{SVG}path")]
    assert words(svg, "name") == ["2016/17 budget", "2016/17 forecast"]
    assert fills == ["url(#chart-costs-1)", "url(#chart-costs-2)"] * 2
    assert len(set(marks)) == 2


def test_chart_refuses_to_mix_units():
    with pytest.raises(MixedUnits):
        bar_chart(chart(series("5", unit="£m"), series("5", unit="%")))


def test_chart_shortens_long_labels_to_two_lines():
    svg = drawn(series("5"), labels=["Transport, custody visitors and training " * 5])

    lines = svg.findall(f"{SVG}text[@class='portal-chart__label']/{SVG}tspan")
    assert len(lines) == 2
    assert lines[1].text.endswith("…")


def test_chart_stays_within_its_width():
    svg = drawn(series("1,000,000", "-999,999"))

    width = float(svg.get("viewBox").split()[2])
    for left, length in bars(svg):
        assert 0 <= left <= left + length <= width


def test_chart_escapes_what_people_wrote():
    svg = drawn(series("5", name="<b>"), labels=["<script>"], title="A & B", key="a-b")

    assert words(svg, "label") == ["<script>"]
    assert svg.find(f"{SVG}title").text == "A & B"


def test_chart_has_no_inline_style_and_no_script():
    markup = bar_chart(chart(series("5"), series("6")))

    assert "style" not in markup
    assert "script" not in markup


def test_bar_chart_tag_draws_the_chart():
    made = chart(series("5"))
    page = Template("{% load charts %}{% bar_chart made %}").render(Context({"made": made}))

    assert page == bar_chart(made)

from django import template
from django.utils.safestring import SafeString

from pcc_portal.charts import Chart
from pcc_portal.charts import bar_chart as draw

register = template.Library()


@register.simple_tag
def bar_chart(chart: Chart) -> SafeString:
    """The chart as SVG, to stand beside the table that holds the same numbers."""
    return draw(chart)

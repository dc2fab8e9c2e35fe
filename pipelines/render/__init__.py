"""The report: its .qmd pages turned into a site, by Quarto where there is one and by the built-in renderer elsewhere.

What the pages say is in reports/; here is only what turns them into HTML.
"""

from pipelines.render.report import RenderResult, render_report, rendering

__all__ = ["RenderResult", "render_report", "rendering"]

"""A page's cells and expressions run in a worker; what they gave put in their places, as Markdown.

Markdown becomes HTML elsewhere. Output that only Quarto's own scripts could show is refused here.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping

from pipelines.errors import RigonomicsError
from pipelines.render.page import Cell, Expression, Markdown, Page
from pipelines.render.worker import Outputs, Step, Worker

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def execute(page: Page, worker: Worker, echo: bool) -> tuple[str, list[str]]:
    """The page as Markdown, with what its cells and expressions gave in their places, and what cells said on stderr.

    It starts from an empty namespace. `echo` is whether cells show their code where neither page nor cell says so.
    Raises RigonomicsError for a cell that raises, and for output that has no place in the report.
    """
    worker.start_page()
    warnings: list[str] = []
    echo = bool((page.front_matter.get("execute") or {}).get("echo", echo))
    pieces: list[str] = []
    for cell, text in _steps(page.parts):
        outputs = _run(cell, text, page, worker)
        if cell is not None:
            pieces.append(_cell(cell, outputs, page, echo, warnings))
        if text is not None:
            pieces.append(_text(text, outputs, page))
    return "\n".join(pieces), warnings


def _steps(parts: Iterable[Markdown | Cell]) -> Iterator[tuple[Cell | None, Markdown | None]]:
    """What is run at once: a cell with the text after it, or one of them alone."""
    cell: Cell | None = None
    for part in parts:
        if isinstance(part, Markdown):
            yield cell, part
            cell = None
        else:
            if cell is not None:
                yield cell, None
            cell = part
    if cell is not None:
        yield cell, None


def _run(cell: Cell | None, text: Markdown | None, page: Page, worker: Worker) -> Outputs:
    code = cell.code if cell is not None and cell.options.get("eval", True) else ""
    expressions = text.expressions if text is not None else ()
    if not code and not expressions:
        return Outputs()
    first = expressions[0].line if expressions else 1
    name, line, code_line = (cell.name, cell.line, cell.code_line) if cell is not None else ("the text", first, first)
    try:
        outputs = worker.run(Step(code, tuple(expression.code for expression in expressions)))
    except RigonomicsError as error:
        raise RigonomicsError(f"{page.shown_as}:{line}: {name}: {error.message}", error.remedy) from None
    if outputs.raised is None:
        return outputs
    kind, message = outputs.raised
    if outputs.position is None:
        raise RigonomicsError(
            f"{page.shown_as}:{code_line + (outputs.line or 1) - 1}: {name} raised {kind}: {message}",
            "Fix the cell. Nothing was published; the old report is still in place.",
        )
    culprit = expressions[outputs.position]
    raise RigonomicsError(
        f"{page.shown_as}:{culprit.line}: the expression {culprit.code} raised {kind}: {message}",
        "Fix the expression, or the cell that sets its names.",
    )


def _text(part: Markdown, outputs: Outputs, page: Page) -> str:
    pieces = [part.texts[0]]
    for value, expression, text in zip(outputs.values, part.expressions, part.texts[1:], strict=True):
        pieces += [_inline(value, page, expression), text]
    return "".join(pieces)


def _inline(bundle: Mapping[str, str], page: Page, expression: Expression) -> str:
    """Markdown stays Markdown; anything else is text, with every special character escaped."""
    if "text/markdown" in bundle:
        return bundle["text/markdown"].strip()
    if "text/html" in bundle:
        raise _html_output(page, expression.line, f"the expression {expression.code}")
    return _PUNCTUATION.sub(r"\\\1", " ".join(bundle["text/plain"].split()))


def _cell(cell: Cell, outputs: Outputs, page: Page, echo: bool, warnings: list[str]) -> str:
    options = cell.options
    code = "" if not options.get("echo", echo) else _code(cell)
    if outputs.stderr.strip():
        warnings.append(f"{page.shown_as}:{cell.line}: {cell.name} said: {outputs.stderr.strip()}")
    if options.get("include", True) is False:
        return ""
    shown = [] if options.get("output", True) is False else _shown(outputs, cell, page)
    caption = options.get("fig-cap", options.get("tbl-cap"))
    if caption is not None:
        if not shown:
            raise RigonomicsError(
                f"{page.shown_as}:{cell.line}: {cell.name} has a caption but showed nothing.",
                "End the cell with the chart or table.",
            )
        fence = ":" * 12
        shown = [f"{fence} {{#{options['label']}}}", *shown, str(caption), fence]
    return "\n" + "\n\n".join([code, *shown] if code else shown) + "\n"


def _code(cell: Cell) -> str:
    text = cell.code.strip("\n")
    block = _fenced(text, "python")
    if not cell.options.get("code-fold"):
        return block
    opened = " open" if cell.options["code-fold"] == "show" else ""
    summary = html.escape(str(cell.options.get("code-summary", "Code")))
    return (
        f'```{{=html}}\n<details class="code-fold"{opened}><summary>{summary}</summary>\n```\n\n'
        f"{block}\n\n```{{=html}}\n</details>\n```"
    )


def _shown(outputs: Outputs, cell: Cell, page: Page) -> list[str]:
    shown = []
    if outputs.printed.strip():
        shown.append(outputs.printed if cell.options.get("output") == "asis" else _fenced(outputs.printed.rstrip("\n")))
    for bundle in outputs.displayed:
        if "text/markdown" in bundle:
            shown.append(bundle["text/markdown"])
        elif "text/html" in bundle:
            raise _html_output(page, cell.line, cell.name)
        else:
            shown.append(_fenced(bundle["text/plain"]))
    return shown


def _html_output(page: Page, line: int, what: str) -> RigonomicsError:
    return RigonomicsError(
        f"{page.shown_as}:{line}: {what} shows text/html, for which Quarto would load scripts from elsewhere.",
        "Show a Chart or a table of reports/figures.",
    )


def _fenced(text: str, language: str = "") -> str:
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
    return f"{fence}{language}\n{text}\n{fence}"

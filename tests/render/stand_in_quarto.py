"""A stand-in for Quarto in tests: it imports what Quarto's Jupyter script imports, and runs each page's cells as that
does.

Called as `quarto render FOLDER --output-dir NAME`. It lays nothing out: a page is what its cells gave. What it finds is
a package that Quarto needs and the lock file lacks, and a page that cannot run in a notebook of its own.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import yaml
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

CELL = re.compile(r"^```\{python\}\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXPRESSION = re.compile(r"`\{python\} (.+?)`", re.DOTALL)


def main() -> None:
    """Render every page of a folder."""
    if sys.argv[1] == "--version":
        print("9.9.9 stand-in")
        return
    folder, site = Path(sys.argv[2]), Path(sys.argv[2]) / sys.argv[4]
    settings = yaml.safe_load((folder / "_quarto.yml").read_text(encoding="utf-8"))
    for script in settings.get("project", {}).get("pre-render", []):
        subprocess.run([sys.executable, script], cwd=folder, check=True)
    site.mkdir()
    for name in settings.get("project", {}).get("resources", []):
        shutil.copytree(folder / name, site / name)
    for page in sorted(folder.glob("*.qmd")):
        (site / f"{page.stem}.html").write_text(executed(page), encoding="utf-8")
    for script in settings.get("project", {}).get("post-render", []):
        place = {**os.environ, "QUARTO_PROJECT_OUTPUT_DIR": str(site)}
        subprocess.run([sys.executable, script], cwd=folder, env=place, check=True)
    print("WARNING | Kernel is running over TCP without encryption.", file=sys.stderr)


def executed(page: Path) -> str:
    """What a page's cells and expressions gave, one after the other."""
    text = page.read_text(encoding="utf-8")
    found = sorted([*CELL.finditer(text), *EXPRESSION.finditer(text)], key=lambda match: match.start())
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(match[1]) for match in found])
    client = NotebookClient(notebook, resources={"metadata": {"path": str(page.parent)}}, kernel_name="python3")
    client.km = KernelManager(kernel_name="python3")
    with client.setup_kernel():
        for number, cell in enumerate(notebook.cells):
            client.execute_cell(cell, number)
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    if any("text/html" in output.get("data", {}) for output in outputs):
        raise SystemExit(f"{page.name} shows text/html, for which Quarto loads scripts from elsewhere")
    return "\n".join(output.get("data", {}).get("text/markdown", output.get("text", "")) for output in outputs)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", ".")
    main()

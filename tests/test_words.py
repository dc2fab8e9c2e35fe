"""The words of docs/words.md: those in bold, which nothing else needs, are looked for in all of our own text."""

import re
import subprocess

from tests.conftest import CHECKOUT

NOT_OURS = re.compile(r"data/raw/[^/]+/|docs/words\.md|.*\.(lock|png|svg)$")


def test_no_word_is_used_for_which_there_is_a_better_one() -> None:
    bold = re.findall(r"\*\*(.+?)\*\*", (CHECKOUT / "docs" / "words.md").read_text(encoding="utf-8"))
    assert len(bold) > 5
    left_behind = re.compile(rf"\b({'|'.join(bold)})(s|ed|ing)?\b", re.IGNORECASE)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    names = [name for name in listed.split("\0") if name and not NOT_OURS.match(name)]
    assert len(names) > 100
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name in names
        if (path := CHECKOUT / name).is_file()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if left_behind.search(line)
    ]
    assert found == []

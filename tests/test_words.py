"""The words of docs/words.md: those that nothing else needs are looked for in all of our own text."""

import re
import subprocess

from tests.conftest import CHECKOUT

LEFT_BEHIND = re.compile(
    r"\b(reckon\w*|nought|anew|dearer|thirsty|mend(s|ed|ing)?|work(s|ed|ing)? (it|them|this|that) out|worked out)\b",
    re.IGNORECASE,
)
NOT_OURS = re.compile(r"data/raw/[^/]+/|docs/words\.md|tests/test_words\.py|.*\.(lock|png|svg)$")


def test_no_word_is_used_for_which_there_is_a_better_one() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    names = [name for name in listed.split("\0") if name and not NOT_OURS.match(name)]
    assert len(names) > 100
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name in names
        if (path := CHECKOUT / name).is_file()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if LEFT_BEHIND.search(line)
    ]
    assert found == []

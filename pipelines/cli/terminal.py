"""What reaches a terminal: text of scraped pages and of file names cannot steer it.

Control characters, and signs that turn the direction of writing, are written as their codes. What a command itself
tells a terminal, such as to clear its line, goes past this.
"""

import re
from typing import Any, TextIO

_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
"""C0 but tab and newline, DEL, C1, marks of direction, separators of lines, and what has no width."""


def visible(text: str) -> str:
    """`text` with every character that steers a terminal as its code, as \\x1b or \\u202e; tab and newline stay."""
    return _STEERING.sub(lambda match: _code(match[0]), text)


def visible_cell(text: str) -> str:
    """The same for a cell of a table, which is one line: a tab and a newline are written as \\t and \\n."""
    return visible(text).replace("\t", "\\t").replace("\n", "\\n")


def _code(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x80 else f"\\u{number:04x}"


class Guarded:
    """A stream of a terminal that writes all text by `visible`; `stream` is the one beneath."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write `text`; returns how much of it was taken: all."""
        self.stream.write(visible(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write each of `lines`."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def guarded(stream: TextIO) -> Any:
    """`stream`, guarded if it is a terminal."""
    return Guarded(stream) if stream.isatty() and not isinstance(stream, Guarded) else stream


def beneath(stream: Any) -> Any:
    """The stream itself, for what a command tells the terminal."""
    return stream.stream if isinstance(stream, Guarded) else stream

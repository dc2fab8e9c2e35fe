"""Writing under data/raw: files that are there whole or not at all."""

from pathlib import Path


def write_atomically(path: Path, text: str) -> None:
    """Put `text` at `path` in one step. Raises OSError with what was there untouched."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_text(text, encoding="utf-8", newline="")
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise

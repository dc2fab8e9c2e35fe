"""The site as files: assets copied, a new site put in the place of the old one, links that lead nowhere found.

Nothing is rendered here.
"""

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

_SOURCES_ONLY = frozenset({".scss", ".py", ".html"})
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
"""From Linux's fcntl.h and fs.h: paths relative to the working directory; swap two names in one step."""


def copy_assets(source: Path, target: Path) -> None:
    """Copy what a browser needs of `source`; sources of other renderers stay behind, and so do names that begin with
    a dot."""
    for path in sorted(source.rglob("*")) if source.is_dir() else []:
        if path.is_file() and path.suffix not in _SOURCES_ONLY and not path.name.startswith("."):
            copied = target / path.relative_to(source)
            if not copied.exists():
                copied.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copied)


@contextmanager
def replacing(output: Path) -> Iterator[Path]:
    """An empty folder that takes the place of `output` if the block ends well; else it goes away and `output` stays.

    Where the system can swap two folders in one step there is no moment without a site; elsewhere there is a short one,
    and `recover` puts back what an interruption in that moment left behind.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f"_{output.name.lstrip('_')}-new-", dir=output.parent))
    try:
        yield new
        new.chmod(0o755)
        if not output.exists():
            new.rename(output)
        elif not swap(new, output):
            _put_aside_and_replace(new, output)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def swap(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system or the file system has no such step."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    done: int = rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return done == 0


def _put_aside_and_replace(new: Path, output: Path) -> None:
    old = Path(tempfile.mkdtemp(prefix=f"_{output.name.lstrip('_')}-old-", dir=output.parent))
    output.rename(old / "site")
    try:
        new.rename(output)
    except OSError:
        (old / "site").rename(output)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def recover(output: Path) -> None:
    """Clear away what an interrupted rendering left beside `output`, and put the old site back if it was in between."""
    name = output.name.lstrip("_")
    for old in sorted(output.parent.glob(f"_{name}-old-*")):
        if not output.exists() and (old / "site").is_dir():
            (old / "site").rename(output)
        shutil.rmtree(old, ignore_errors=True)
    for new in output.parent.glob(f"_{name}-new-*"):
        shutil.rmtree(new, ignore_errors=True)


def broken_links(site: Path) -> list[str]:
    """For each link within the site that leads to no file or to no anchor: 'page: target'."""
    import lxml.html

    pages = {path.resolve(): lxml.html.parse(path) for path in sorted(site.rglob("*.html"))}
    anchors = {path: frozenset(page.xpath("//@id")) for path, page in pages.items()}
    broken = []
    for path, page in pages.items():
        for target in dict.fromkeys(str(target) for target in page.xpath("//@href | //@src")):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            if not file.is_file() or (anchor and file in anchors and anchor not in anchors[file]):
                broken.append(f"{path.relative_to(site.resolve())}: {target}")
    return broken

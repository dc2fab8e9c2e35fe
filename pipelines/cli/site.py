"""`rigonomics publish` and `rigonomics serve`: the report for a static host, and on this machine."""

import argparse
import sys
from pathlib import Path
from typing import Any

from pipelines.project import locate

PORT = 8000
HIGHEST_PORT = 65535


def add_to(commands: Any) -> None:
    """Add the subcommands."""
    publish = commands.add_parser(
        "publish",
        help="write the report and its data into a folder for a static host",
        description="Write the rendered report, with the DuckDB file and Parquet under download/, into a folder that "
        "any static host can serve. The folder is replaced whole, so it has to be new, empty, or written by this "
        "command.",
        epilog="example: rigonomics publish public",
    )
    publish.add_argument("folder", metavar="DIR", type=Path, help="where to write; nothing else is touched")
    publish.set_defaults(run=run_publish)
    serve = commands.add_parser(
        "serve",
        help="the report on http://127.0.0.1, for this machine alone",
        description="Serve the rendered report on 127.0.0.1 until Ctrl-C. A refresh meanwhile shows when a page is "
        "loaded again.",
    )
    serve.add_argument(
        "folder", metavar="DIR", type=Path, nargs="?", help="a folder that publish wrote (default: the report)"
    )
    serve.add_argument(
        "--port", type=_port, default=PORT, metavar="N", help=f"port; 0 takes a free one (default: {PORT})"
    )
    serve.set_defaults(run=run_serve)


def run_publish(options: argparse.Namespace) -> int:
    """Write the site and say what is where."""
    from pipelines.hosting import DOWNLOAD, write_site

    files = write_site(locate(), options.folder, lambda message: print(message, file=sys.stderr))
    pages = sum(path.suffix == ".html" and len(path.parts) == 1 for path in files)
    tables = sum(path.suffix == ".parquet" for path in files)
    size = sum((options.folder / path).stat().st_size for path in files)
    print(
        f"{options.folder}: {pages} pages; {DOWNLOAD}/ has the database and {tables} tables as Parquet; "
        f"{size / 1e6:,.1f} MB"
    )
    return 0


def run_serve(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from pipelines.hosting import LOOPBACK, site_server

    with site_server(options.folder or locate().site, options.port) as server:
        print(f"http://{LOOPBACK}:{server.server_address[1]}/  (Ctrl-C ends it)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
    return 0


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to {HIGHEST_PORT}")
    return int(text)

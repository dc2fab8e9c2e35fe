"""Writing the site for a static host, into its folder and nowhere else, and serving it on loopback."""

import errno
import http.client
import shutil
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipelines import hosting
from pipelines.cli import main
from pipelines.errors import NothingPublished, RigonomicsError
from pipelines.fingerprint import read_state, report_digest, write_state
from pipelines.hosting import MARKER, site_server, write_site
from pipelines.project import Project
from tests.cli.test_command import Command, run


@pytest.fixture
def ready(small: Project) -> Project:
    """A project with its tables published and a small site in the place of the report."""
    (small.site / "assets").mkdir(parents=True)
    (small.site / "index.html").write_text("<!doctype html><title>report</title>", encoding="utf-8")
    (small.site / "assets" / "figures.js").write_text("'use strict'", encoding="utf-8")
    (small.site / "assets" / "_style.css").write_text("p {}", encoding="utf-8")
    state = read_state(small)
    assert state is not None
    write_state(small, replace(state, report=report_digest(small, state.database)))
    return small


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_site_database_and_parquet_are_written(ready: Project, tmp_path: Path) -> None:
    result = run(ready, "publish", str(tmp_path / "public"))
    assert result.returncode == 0, result.stderr
    public = tmp_path / "public"
    assert (public / "index.html").read_text(encoding="utf-8").endswith("<title>report</title>")
    assert (public / "assets" / "_style.css").is_file()
    assert (public / ".nojekyll").read_bytes() == b""
    with duckdb.connect(str(public / "download" / "rigonomics.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) > 0 from prices").fetchall() == [(True,)]
    parquet = {path.name for path in (public / "download" / "parquet").iterdir()}
    assert parquet == {path.name for path in ready.parquet.iterdir()}
    assert not [path for path in public.rglob("*") if path.is_symlink()]


def test_a_folder_that_cannot_be_is_an_error(ready: Project, tmp_path: Path) -> None:
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    for folder in (tmp_path / ("x" * 300), circle / "site"):
        with pytest.raises(RigonomicsError, match=r"cannot be written|failed"):
            write_site(ready, folder)


def test_the_download_page_links_every_file(ready: Project, tmp_path: Path) -> None:
    write_site(ready, tmp_path / "public")
    download = tmp_path / "public" / "download"
    page = (download / "index.html").read_text(encoding="utf-8")
    linked = {part.split('"')[0] for part in page.split('<a href="')[1:]} - {"../index.html"}
    assert linked == {path.relative_to(download).as_posix() for path in download.rglob("*") if path.is_file()} - {
        "index.html"
    }


def test_nothing_outside_the_folder_is_touched(ready: Project, tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / "neighbour.txt").write_text("mine", encoding="utf-8")
    before = snapshot(ready.root)
    write_site(ready, place / "public")
    assert sorted(path.name for path in place.iterdir()) == ["neighbour.txt", "public"]
    after = snapshot(ready.root)
    after.pop("data/curated/.build/lock", None)
    before.pop("data/curated/.build/lock", None)
    assert after == before


def test_a_folder_that_it_wrote_is_replaced_whole(ready: Project, tmp_path: Path) -> None:
    public = tmp_path / "public"
    write_site(ready, public)
    (ready.site / "assets" / "figures.js").unlink()
    (ready.site / "more.html").write_text("more", encoding="utf-8")
    write_site(ready, public)
    assert (public / "more.html").is_file()
    assert not (public / "assets" / "figures.js").exists()


def test_an_empty_folder_is_taken(ready: Project, tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    write_site(ready, tmp_path / "public")
    assert (tmp_path / "public" / "index.html").is_file()


def test_a_folder_of_somebody_else_is_refused(command: Command, ready: Project, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter.txt").write_text("dear", encoding="utf-8")
    result = command(ready, "publish", str(tmp_path / "letters"))
    assert result.returncode == 1
    assert "letter.txt" in result.stderr
    assert "Traceback" not in result.stderr
    assert snapshot(tmp_path / "letters") == {"letter.txt": b"dear"}


def test_a_folder_that_it_wrote_is_refused_once_a_file_of_somebody_else_is_in_it(
    ready: Project, tmp_path: Path
) -> None:
    write_site(ready, tmp_path / "public")
    (tmp_path / "public" / "CNAME").write_text("example.org", encoding="utf-8")
    with pytest.raises(RigonomicsError, match="CNAME"):
        write_site(ready, tmp_path / "public")
    assert (tmp_path / "public" / "CNAME").is_file()


def test_a_marker_that_cannot_be_read_protects_the_folder(ready: Project, tmp_path: Path) -> None:
    write_site(ready, tmp_path / "public")
    (tmp_path / "public" / MARKER).write_text("{", encoding="utf-8")
    with pytest.raises(RigonomicsError, match="did not write"):
        write_site(ready, tmp_path / "public")


@pytest.mark.parametrize(
    "place",
    [".", "..", "data", "data/raw/new", "data/curated", "reports/_site", "pipelines", "analysis/x", "data/../queries"],
)
def test_no_site_goes_where_the_project_keeps_its_own(ready: Project, place: str) -> None:
    before = snapshot(ready.root)
    with pytest.raises(RigonomicsError, match="must not replace"):
        write_site(ready, ready.root / place)
    assert snapshot(ready.root) == before


def test_a_link_into_the_data_is_refused_too(ready: Project, tmp_path: Path) -> None:
    (tmp_path / "public").symlink_to(ready.root / "data" / "raw")
    with pytest.raises(RigonomicsError, match="must not replace"):
        write_site(ready, tmp_path / "public")


def test_a_file_is_no_folder(ready: Project, tmp_path: Path) -> None:
    (tmp_path / "public").write_text("a file", encoding="utf-8")
    with pytest.raises(RigonomicsError, match="is a file"):
        write_site(ready, tmp_path / "public")


def test_a_folder_inside_the_project_that_is_nobodys_is_taken(ready: Project) -> None:
    write_site(ready, ready.root / "public")
    assert (ready.root / "public" / "index.html").is_file()


def test_without_a_report_nothing_is_written_and_the_command_ends_with_4(
    command: Command, small: Project, tmp_path: Path
) -> None:
    result = command(small, "publish", str(tmp_path / "public"))
    assert result.returncode == 4
    assert "rigonomics refresh" in result.stderr
    assert not (tmp_path / "public").exists()


def test_a_report_of_an_older_database_is_not_published(ready: Project, tmp_path: Path) -> None:
    state = read_state(ready)
    assert state is not None
    write_state(ready, replace(state, database="1-1"))
    with pytest.raises(NothingPublished, match="not of the published database"):
        write_site(ready, tmp_path / "public")
    assert not (tmp_path / "public").exists()


def test_a_disk_that_fills_up_leaves_the_old_site_and_nothing_beside_it(
    ready: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = tmp_path / "place" / "public"
    write_site(ready, public)
    before = snapshot(public)

    def full(*_paths: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(hosting.shutil, "copyfile", full)
    with pytest.raises(RigonomicsError, match="No space left"):
        write_site(ready, public)
    assert snapshot(public) == before
    assert [path.name for path in public.parent.iterdir()] == ["public"]


def test_a_writing_that_was_killed_between_its_two_steps_is_put_right_by_the_next(
    ready: Project, tmp_path: Path
) -> None:
    public = tmp_path / "place" / "public"
    write_site(ready, public)
    shutil.copytree(public, public.with_name(".public.rigonomics-new"))
    (public.with_name(".public.rigonomics-new") / "index.html").unlink()
    public.rename(public.with_name(".public.rigonomics-old"))
    write_site(ready, public)
    assert (public / "download" / "rigonomics.duckdb").is_file()
    assert [path.name for path in public.parent.iterdir()] == ["public"]


@pytest.mark.parametrize("name", [".public.rigonomics-new", ".public.rigonomics-old"])
def test_a_folder_of_somebody_else_beside_the_site_is_left_alone(ready: Project, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(RigonomicsError, match=f"{name} is in the way"):
        write_site(ready, tmp_path / "public")
    assert snapshot(tmp_path / name) == {"letter.txt": b"mine"}
    assert not (tmp_path / "public").exists()


def test_a_writing_that_was_killed_as_it_began_is_cleared_away(ready: Project, tmp_path: Path) -> None:
    place = tmp_path / "place"
    (place / ".public.rigonomics-new").mkdir(parents=True)
    write_site(ready, place / "public")
    assert [path.name for path in place.iterdir()] == ["public"]


def test_a_folder_that_holds_only_empty_folders_is_somebody_elses(ready: Project, tmp_path: Path) -> None:
    (tmp_path / "public" / "to-be-filled").mkdir(parents=True)
    with pytest.raises(RigonomicsError, match="to-be-filled"):
        write_site(ready, tmp_path / "public")
    assert (tmp_path / "public" / "to-be-filled").is_dir()


def test_a_folder_that_it_wrote_is_refused_once_an_empty_folder_of_somebody_else_is_in_it(
    ready: Project, tmp_path: Path
) -> None:
    write_site(ready, tmp_path / "public")
    (tmp_path / "public" / "assets" / "mine").mkdir()
    with pytest.raises(RigonomicsError, match="assets/mine"):
        write_site(ready, tmp_path / "public")


Ask = Callable[..., tuple[int, dict[str, str], bytes]]


@pytest.fixture
def served(ready: Project) -> Iterator[Ask]:
    """Ask a server of the report: (path, method) gives status, headers and body."""
    (ready.site / ".secret").write_text("hidden", encoding="utf-8")
    (ready.site / "outside").symlink_to(ready.root / "data" / "vocabulary.toml")
    with site_server(ready.site, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()

        def ask(path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
            connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=60)
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body

        yield ask
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html?x=1", "text/html; charset=utf-8"),
        ("/assets/figures.js", "text/javascript; charset=utf-8"),
        ("/assets/_style.css", "text/css; charset=utf-8"),
    ],
)
def test_files_are_served_as_what_they_are(served: Ask, path: str, kind: str) -> None:
    status, headers, body = served(path)
    assert (status, headers["content-type"], headers["x-content-type-options"]) == (200, kind, "nosniff")
    assert body


@pytest.mark.parametrize(
    "path",
    [
        "/assets/",
        "/assets",
        "/.secret",
        "/outside",
        "/../data/vocabulary.toml",
        "/%2e%2e/data/vocabulary.toml",
        "//etc/passwd",
        "/none",
        "/%00",
        "/index.html%00.js",
        "/%2500",
    ],
)
def test_neither_listings_nor_hidden_files_nor_anything_outside_are_served(served: Ask, path: str) -> None:
    status, _, body = served(path)
    if status == 301:
        status, _, body = served(path + "/")
    assert status == 404
    assert b"figures.js" not in body


def test_only_reading_is_answered(served: Ask) -> None:
    assert served("/", "HEAD")[0] == 200
    assert served("/", "POST")[0] == 501
    assert served("/", "DELETE")[0] == 501


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("LOCALHOST:9", 200),
        ("[::1]:8000", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example:8000", 421),
        ("localhost@evil.example", 421),
        ("", 421),
        ("[", 421),
    ],
)
def test_only_names_of_this_machine_are_answered(served: Ask, host: str, status: int) -> None:
    assert served("/", Host=host)[0] == status


def test_a_client_that_breaks_off_leaves_no_word_and_the_server_goes_on(
    ready: Project, capfd: pytest.CaptureFixture[str]
) -> None:
    (ready.site / "large.js").write_bytes(b"x" * 20_000_000)
    with site_server(ready.site, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        for _ in range(5):
            with socket.create_connection(server.server_address[:2]) as client:
                client.sendall(b"GET /large.js HTTP/1.0\r\n\r\n")
                client.recv(10)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # reset, not ended
        connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=60)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        server.shutdown()
        thread.join()
    assert capfd.readouterr().err == ""


def test_silent_clients_take_no_more_than_so_many_threads_and_not_for_ever(
    ready: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosting, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(hosting.SiteHandler, "timeout", 3)
    with site_server(ready.site, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        silent = [socket.create_connection(server.server_address[:2]) for _ in range(3)]
        with socket.create_connection(server.server_address[:2]) as fourth:
            fourth.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert fourth.recv(100).startswith(b"HTTP/1.0 503")
        assert [client.recv(10) for client in silent] == [b"", b"", b""]  # each was let go when its time was over
        connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=60)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        server.shutdown()
        thread.join()


def test_a_site_that_is_replaced_meanwhile_shows_at_once(ready: Project, served: Ask) -> None:
    served("/")
    ready.site.rename(ready.site.with_name("_old"))
    ready.site.mkdir()
    (ready.site / "index.html").write_text("new", encoding="utf-8")
    assert served("/")[2] == b"new"


def test_the_server_listens_on_loopback_alone(ready: Project) -> None:
    with site_server(ready.site, 0) as server:
        assert server.server_address[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_said_so(
    ready: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RIGONOMICS_PROJECT", str(ready.root))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert main(["serve", "--port", str(other.getsockname()[1])]) == 1
    assert "another program has it" in capsys.readouterr().err


def test_serving_without_a_report_ends_with_4(command: Command, small: Project) -> None:
    assert command(small, "serve", "--port", "0").returncode == 4


def test_a_port_that_is_none_is_refused(command: Command, small: Project) -> None:
    result = command(small, "serve", "--port", "70000")
    assert result.returncode == 2
    assert "not a port" in result.stderr

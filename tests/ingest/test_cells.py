"""Raw files are read only if they are files, and only as far as a scraped table goes."""

import os
from pathlib import Path

import pytest

from tests.normalise.sources import read_sources, write_source

CONTRACT = '[t.columns]\n"GPU" = { facet = "hardware" }\n"TDP" = { attribute = "tdp" }'
CONTENT = "GPU,TDP\nRTX 4090,450 W\n"


def put_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def put_endless(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("put", "reason"),
    [(put_pipe, "no regular file"), (put_endless, "no regular file")],
)
def test_what_is_no_file_is_one_rejected_row(tmp_path: Path, put: object, reason: str) -> None:
    write_source(tmp_path, {"t": (CONTRACT, CONTENT)})
    assert callable(put)
    put(tmp_path / "data/raw/small/2026-11-21/t.csv")
    (found,) = read_sources(tmp_path).rejected["reason"].to_list()
    assert reason in found


def test_a_link_to_a_file_is_read_as_that_file(tmp_path: Path) -> None:
    write_source(tmp_path, {"t": (CONTRACT, CONTENT)})
    table = tmp_path / "data/raw/small/2026-11-21/t.csv"
    table.rename(tmp_path / "elsewhere.csv")
    table.symlink_to(tmp_path / "elsewhere.csv")
    assert read_sources(tmp_path).observations["value_low"].to_list() == [450]

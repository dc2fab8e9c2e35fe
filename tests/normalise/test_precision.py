"""A word for the bits of a weight that its row or column contradicts is found, and the cell is rejected."""

from pathlib import Path

import pytest

from tests.normalise.sources import read_table

CONTRACT = """\
[t.defaults]
hardware = "RTX 4090"
[t.columns]
"Model" = {{ facet = "model" }}
"Fits" = [
  {{ attribute = "fits_in_memory", extract = '^(\\S+)', quantization = "{quantization}" }},
  {{ attribute = "size", extract = '([0-9.]+ ?GB)', quantization = "{quantization}" }},
]
"""


def read(tmp_path: Path, quantization: str, cell: str) -> tuple[list[str], int]:
    """Reasons of the rejected readings, and how many were read."""
    observed = read_table(tmp_path, CONTRACT.format(quantization=quantization), [["Model", "Fits"], ["8B", cell]])
    return observed.rejected["reason"].to_list(), observed.observations.height


@pytest.mark.parametrize(
    ("quantization", "cell", "word"),
    [
        ("FP16", "Yes, FP8 (8 GB)", "FP8"),
        ("FP16", "Yes at fp8 with 8 GB", "fp8"),
        ("FP16", "Yes INT8, 8 GB", "INT8"),
        ("FP16", "Yes (4-bit, 8 GB)", "4-bit"),
        ("FP16", "Yes W4A16 8 GB", "W4A16"),
        ("BF16", "Yes Q8_0 8 GB", "Q8_0"),
        ("FP8", "Yes, FP16 (8 GB)", "FP16"),
        ("Q4_K_M", "Yes Q8_0 8 GB", "Q8_0"),
        ("Q4_K_M", "Yes IQ3_XS 8 GB", "IQ3_XS"),
        ("Q8", "Yes Q4 native (~8 GB)", "Q4"),
        ("INT4", "Yes NVFP8, FP8 8 GB", "FP8"),
    ],
)
def test_a_precision_that_the_column_contradicts_is_rejected(
    tmp_path: Path, quantization: str, cell: str, word: str
) -> None:
    reasons, observed = read(tmp_path, quantization, cell)
    assert observed == 0
    assert set(reasons) == {f"the cell says {word}, its row or column {quantization}"}


@pytest.mark.parametrize(
    ("quantization", "cell"),
    [
        ("FP16", "Yes, FP16 (8 GB)"),
        ("F16", "Yes BF16 8 GB"),
        # as many bits by another name
        ("Q8_0", "Yes INT8 8 GB"),
        ("Q4", "Yes Q4_K_M 8 GB"),
        ("INT4", "Yes (4-bit, 8 GB)"),
        ("Q4_K_M", "Yes W4A16 8 GB"),
        # one of two is the row's own
        ("Q4", "Yes, Q4 8 GB instead of FP16"),
        # a quarter of a year, a card's memory, a socket
        ("Q4_K_M", "Yes, 8 GB as of Q2 2026"),
        ("Q4_K_M", "Yes, 8 GB of 16 GB"),
        # a format that keeps no whole number of bits
        ("AWQ", "Yes INT8 8 GB"),
    ],
)
def test_a_precision_that_agrees_or_says_nothing_is_read(tmp_path: Path, quantization: str, cell: str) -> None:
    assert read(tmp_path, quantization, cell) == ([], 2)

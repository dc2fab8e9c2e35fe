"""The unknowns of the throughput model: one for each term and group of runs, with where a fit starts and how far it
strays.

A start is what is expected before any run is seen, a spread the standard deviation of its logarithm around that. A
group without runs keeps its start. Both are of the first fit, on llama.cpp of May 2024 and on several engines of 2025.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class Term:
    """A term of the time of a token.

    group: column of the runs that shares one constant. start, spread: of the constant, by group where `of` has it.
    unit and meaning are for people.
    """

    name: str
    group: str
    start: float
    spread: float
    unit: str
    meaning: str
    of: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def is_weights(self) -> bool:
        """The term is the reading of weights, or the arithmetic with them: what the model knows best."""
        return self.name in ("weights", "host", "quantised", "full")

    def expected(self, group: str) -> tuple[float, float]:
        """Start and spread of a group."""
        return self.of.get(group, (self.start, self.spread))


DECODE = (
    Term("weights", "speed_class", 1 / 0.85, 0.15, "factor", "time to read the weights over size / bandwidth",
         {"nvidia gddr": (1 / 0.9, 0.07), "nvidia hbm": (1 / 0.6, 0.3), "amd hbm": (1 / 0.6, 0.3),
          "apple unified": (1 / 0.83, 0.07)}),
    Term("layer", "family_generation", 0.06, 0.7, "ms", "each layer, whatever its size",
         {"nvidia 2024": (0.08, 0.7), "apple 2024": (0.08, 0.7)}),
    Term("layer_compute", "family_generation", 0.6, 0.8, "ms x TFLOPS",
         "each layer, by its width, over single-precision compute",
         {"nvidia 2024": (1.0, 0.8), "apple 2024": (2.0, 0.8), "apple 2025": (1.2, 0.8)}),
    Term("expert_compute", "family", 0.8, 0.8, "ms x TFLOPS", "the same of a mixture of experts, besides"),
    Term("cache", "family_generation", 1 / 0.6, 0.5, "factor", "time to read the cache over size / bandwidth",
         {"nvidia 2024": (1 / 0.4, 0.7), "apple 2024": (1 / 0.2, 0.7), "apple 2025": (1 / 0.35, 0.5)}),
    Term("hop", "all", 0.3, 0.5, "ms", "each doubling of accelerators that take turns"),
    Term("sync", "all", 0.08, 0.5, "ms", "each layer of accelerators that read at once"),
    Term("host", "all", 1 / 0.75, 0.1, "factor", "time to read weights in host memory over size / bandwidth"),
)  # fmt: skip
PREFILL = (
    Term("quantised", "family_generation", 1 / 1.5, 0.5, "factor",
         "arithmetic of quantised weights over the vector rate",
         {"nvidia 2025": (1 / 1.65, 0.15), "apple 2024": (1 / 0.68, 0.4), "apple 2025": (1 / 0.72, 0.15),
          "amd 2024": (1 / 0.5, 0.5), "amd 2025": (1 / 0.5, 0.5), "intel 2024": (1 / 0.7, 0.7),
          "intel 2025": (1 / 0.7, 0.7)}),
    Term("full", "family", 1 / 2.0, 0.5, "factor", "arithmetic of 16-bit weights over the vector rate",
         {"apple": (1 / 0.85, 0.4), "amd": (1 / 0.6, 0.5), "intel": (1 / 0.9, 0.7)}),
    Term("attention", "family", 1 / 0.35, 1.0, "factor", "arithmetic of attention over the vector rate"),
    Term("experts", "family", 1 / 1.5, 0.8, "factor",
         "arithmetic of a mixture of experts over the vector rate, besides",
         {"amd": (2.0, 0.8), "apple": (1.5, 0.8), "intel": (1.5, 0.8)}),
)  # fmt: skip
EXPONENTS = {"decode": ((0.0, 1e-6),), "prefill": ((0.22, 0.3), (0.5, 0.3))}
"""Start and spread of each exponent, in the order of the runs' logarithms."""
TERMS = {"decode": DECODE, "prefill": PREFILL}


def with_groups(runs: pl.DataFrame) -> pl.DataFrame:
    """The columns that terms are grouped by: family (whose software it runs with) and others."""
    return runs.with_columns(pl.col("vendor").alias("family"), pl.lit("all").alias("all")).with_columns(
        pl.format("{} {}", "family", "software_generation").alias("family_generation")
    )

"""The claims of the three short documents. Every expected figure was computed by hand from the documents."""

import polars as pl
import pytest

from pipelines.audit.claims import evaluate_claims
from pipelines.audit.declared_claims import load_claims
from pipelines.contracts.catalogue import load_catalogue
from pipelines.contracts.sources import load_sources
from pipelines.contracts.vocabulary import load_vocabulary
from pipelines.normalise.observations import observe
from pipelines.project import locate
from pipelines.steps.raw import read_all_cells

SMALL = ("quad-4090-build", "maxq-workstation-summary", "local-rig-under-4k")

Expected = tuple[str, float | None, float | None]
"""Verdict, and both ends of what comes out in the unit of the stated figure; 1 is yes."""
NOT_RECOMPUTABLE: Expected = ("not_recomputable", None, None)


def agrees(low: float, high: float | None = None) -> Expected:
    return "agrees", low, low if high is None else high


def rounding(low: float) -> Expected:
    return "rounding", low, low


def differs(low: float, high: float | None = None) -> Expected:
    return "differs", low, low if high is None else high


QUAD_4090: dict[str, Expected] = {
    # 3,899 + 1,299 + 3,200 + 7,200 = 15,598; + 599 + 300 + 25 = 16,522; + 150 + 700 = 17,372; + 250 + 180 + 20 =
    # 17,822; + 200 + 75 = 18,097, where 17,972 is stated
    "total_of_parts": differs(18_097),
    "total_of_parts_without_adapter": differs(18_072),
    # 15,598 + 899 + 850 + 450 + 275
    "total_of_groups": differs(18_072),
    "power_supplies_price": agrees(899),
    "power_supplies_price_with_adapter": differs(924),
    "drives_price": agrees(850),
    "cooling_price": agrees(450),
    "network_price": agrees(275),
    "cards_memory": agrees(96),
    # 4 x 16,384
    "cards_cores": agrees(65_536),
    # 4 x 1,008, stated as 4 TB/s
    "cards_bandwidth": rounding(4_032),
    "cards_power": agrees(1_800),
    # 128 lanes are eight times 16, and four cards are asked for
    "cards_at_full_width": agrees(4),
    "cards_on_both_supplies": agrees(4),
    "kit_size": agrees(512),
    # 5,600 MT/s x 8 bytes = 44.8 GB/s; x 8 channels, where 460 is stated
    "kit_bandwidth": differs(358.4),
    "processor_bandwidth": differs(358.4),
    "supplies_rating": agrees(2_600),
    "supplies_at_load": agrees(2_080),
    "striped_read": agrees(29),
    # 405 / 2, stated as about 200
    "size_405b": rounding(202.5),
    # 96 + 512 = 608 GB hold 1,216 billion half bytes, 96 GB hold 192
    "runs_405b": agrees(405),
    "runs_405b_on_cards": differs(192),
    "fans": agrees(6),
    # 25 / 8
    "download_rate": agrees(3.125),
    # 2 x 450 = 900 of 1,000 W, but of 800 W at the load of 80 %
    "second_supply_carries_cards": agrees(2),
    "second_supply_at_load": differs(0),
    # every third of seven slots: the first, the fourth, the seventh
    "cards_at_spacing": differs(3),
}

MAXQ: dict[str, Expected] = {
    # 8,250 + 4,099 = 12,349; + 1,100 = 13,449; + 950 = 14,399; + 200 + 450 = 15,049; + 380 = 15,429; + 120 + 200 =
    # 15,749, where 14,949 is stated
    "total_of_parts": differs(15_749),
    "total_at_a_glance": differs(15_749),
    "total_in_conclusion": differs(15_749),
    "total_in_thousands": rounding(14_949),
    "total_of_a16z": NOT_RECOMPUTABLE,
    "memory_expansion_price": agrees(950),
    # 8,000 GB at 450 / 4,000
    "storage_expansion_price": differs(900),
    "second_card_price": agrees(8_250),
    # 2 x 4,099 = 8,198, 199 more than 7,999; 199 / 4,099 = 0.04855
    "price_ratio_of_processors": rounding(1.951451),
    "cloud_year_conservative": agrees(5_200),
    "cloud_year_heavy": agrees(13_000),
    "cloud_year_always": agrees(21_840),
    # 14,949 / 5,200; half of a tenth allows 2.85 to 2.95
    "payback_conservative": rounding(2.874808),
    # 14,949 / 13,000; 14,950 would be 1.15 exactly
    "payback_heavy": rounding(1.149923),
    # 14,949 / 21,840; half of a hundredth allows 0.675 to 0.685
    "payback_always": rounding(0.684478),
    # the same is 8.2137 months; 8 months are 0.6667 years, and 5 % of 8 is 0.4 months
    "payback_always_in_months": rounding(0.684478),
    # 8.2 to 34.5 months, where 8 to 14 are stated
    "payback_in_conclusion": differs(0.684478, 2.874808),
    # 8.2 and 13.8 months, where 8 and 14 are stated: half a month, and 0.4 at most at the low end
    "payback_in_conclusion_of_heavy_use": ("rounding", 0.684478, 1.149923),
    # 14,949 / 13,000 is more than a year
    "payback_within_target": differs(1.149923),
    "half_the_power": agrees(300),
    "performance_lost": agrees(12),
    "performance_kept": NOT_RECOMPUTABLE,
    "speed_over_intel": NOT_RECOMPUTABLE,
    "size_70b_fp16": agrees(140),
    "size_70b_8bit": agrees(70),
    # 70 <= 96
    "fits_70b_8bit": agrees(1),
    # 202.5 > 96, where a yes is stated
    "fits_405b_4bit": differs(0),
    # 202.5 <= 96 + 192
    "fits_405b_4bit_with_host": agrees(1),
    # 70 x 2 = 140 of 96, and of 96 + 192
    "runs_70b_fp16": differs(0),
    "runs_70b_fp16_with_host": agrees(70),
    # 96 GB hold 192 billion half bytes, 192 GB hold 384
    "runs_405b_quantised": differs(192),
    "runs_405b_at_higher_precision": differs(384),
    "models_of_13b_at_once": NOT_RECOMPUTABLE,
    # 96 + 192 = 288 GB at 16 bytes a parameter
    "fine_tuning_30b": differs(18),
    "fine_tuning_70b_quantised": agrees(70),
    # 192 GB at 2 bytes hold 96 billion
    "fine_tuning_70b_unquantised": agrees(70),
    "host_memory_rule": agrees(192),
    "host_memory_of_modules": agrees(192),
    "host_memory_expanded": agrees(384),
    "storage_total": agrees(6_000),
    "storage_total_compared": agrees(6_000),
    "memory_of_two_cards": agrees(192),
    "memory_of_a16z": agrees(384),
    "power_of_two_cards": agrees(600),
    # 600 + 200 <= 1,300
    "supply_carries_upgrade": agrees(1_300),
    # 16 lanes x 4 GB/s x 2 directions
    "link_bandwidth": agrees(128),
    "link_ratio": agrees(2),
}

UNDER_4K: dict[str, Expected] = {
    # 3,500 + 550 and 4,200 + 650, where less than 4,000 is stated
    "total": differs(4_050, 4_850),
    # 575 + 250 + 100 = 925
    "supply_carries_parts": agrees(1_000),
    "payback": NOT_RECOMPUTABLE,
    "host_memory_of_modules": agrees(64),
    "memory_of_dual_4090": agrees(48),
    # 32 GB hold 64 billion half bytes
    "runs_70b": differs(64),
    # 35 GB of weights leave nothing of 32
    "context_without_spill": differs(0),
    # 35 GB at 7.45 GB/s; about 4 s are stated, and a twentieth of that is 0.2
    "load_time": differs(4.697987),
}

EXPECTED = {
    f"{source_id}/{name}": expected
    for source_id, claims in zip(SMALL, (QUAD_4090, MAXQ, UNDER_4K), strict=True)
    for name, expected in claims.items()
}


Recomputed = tuple[pl.DataFrame, dict[str, pl.DataFrame]]


@pytest.fixture(scope="module")
def recomputed() -> Recomputed:
    """The observations of the checkout, and the frames of the claims of the three sources."""
    project = locate()
    vocabulary, catalogue = load_vocabulary(project.vocabulary), load_catalogue(project.catalogue)
    sources = load_sources(project.raw, project.root, vocabulary)
    cells = read_all_cells(sources).rename({"raw_row": "row", "raw_column": "column", "raw_text": "text"})
    observations = observe(sources, cells, vocabulary, catalogue).observations
    claims = [claim for claim in load_claims(sources) if claim.source_id in SMALL]
    return observations, evaluate_claims(claims, observations, vocabulary)


@pytest.fixture
def frames(recomputed: Recomputed) -> dict[str, pl.DataFrame]:
    return recomputed[1]


def test_the_declared_claims_are_the_expected_ones(frames: dict[str, pl.DataFrame]) -> None:
    assert set(frames["claims"]["claim_id"]) == set(EXPECTED)


@pytest.mark.parametrize("claim_id", EXPECTED)
def test_claim_has_the_verdict_worked_out_by_hand(claim_id: str, frames: dict[str, pl.DataFrame]) -> None:
    verdict, low, high = EXPECTED[claim_id]
    row = frames["claims"].row(by_predicate=pl.col("claim_id") == claim_id, named=True)
    assert row["verdict"] == verdict, row["arithmetic"]
    assert [row["recomputed_low"], row["recomputed_high"]] == [
        None if end is None else pytest.approx(end, rel=1e-6) for end in (low, high)
    ]


@pytest.mark.parametrize(
    ("claim_id", "difference", "relative"),
    [
        # 17,972 - 18,097, and that over 18,097
        ("quad-4090-build/total_of_parts", -125, -0.0069072),
        ("quad-4090-build/total_of_groups", -100, -0.0055334),
        ("quad-4090-build/power_supplies_price_with_adapter", -25, -0.0270563),
        # 101.6 / 358.4
        ("quad-4090-build/kit_bandwidth", 101.6, 0.2834821),
        ("maxq-workstation-summary/total_of_parts", -800, -0.0507969),
        ("local-rig-under-4k/load_time", -0.697987, -0.1485714),
    ],
)
def test_difference_is_the_stated_figure_less_the_recomputed_one(
    claim_id: str, difference: float, relative: float, frames: dict[str, pl.DataFrame]
) -> None:
    row = frames["claims"].row(by_predicate=pl.col("claim_id") == claim_id, named=True)
    assert row["difference_lower_end"] == pytest.approx(difference, rel=1e-6)
    assert row["difference_upper_end"] == pytest.approx(difference, rel=1e-6)
    assert row["relative_difference"] == pytest.approx(relative, rel=1e-5)


def test_payback_of_the_conclusion_is_off_at_its_high_end(frames: dict[str, pl.DataFrame]) -> None:
    row = frames["claims"].row(
        by_predicate=pl.col("claim_id") == "maxq-workstation-summary/payback_in_conclusion", named=True
    )
    # 14 months are 1.166667 years; (1.166667 - 2.874808) / 2.874808
    assert row["relative_difference"] == pytest.approx(-0.594176, rel=1e-5)


def test_figures_that_a_source_derived_are_checked_or_feed_a_check(recomputed: Recomputed) -> None:
    observations, frames = recomputed
    derived = observations.filter(pl.col("is_derived") & pl.col("source_id").is_in(SMALL))["observation_id"]
    covered = {*frames["claims"]["observation_id"], *frames["claim_inputs"]["observation_id"]}
    assert sorted(set(derived) - covered) == []


def test_claim_leads_to_its_cell(frames: dict[str, pl.DataFrame]) -> None:
    row = frames["claims"].row(by_predicate=pl.col("claim_id") == "maxq-workstation-summary/total_of_parts", named=True)
    assert (row["raw_file"], row["raw_row"], row["raw_column"], row["raw_text"]) == (
        "data/raw/maxq-workstation-summary/2026-11-20/cost_breakdown.csv", 11, "Price", "$14,949"
    )  # fmt: skip
    assert row["arithmetic"] == "8,250 + 4,099 + 1,100 + 950 + 200 + 450 + 380 + 120 + 200 = 15,749 USD"


def test_inputs_are_listed_in_the_order_of_the_declaration(frames: dict[str, pl.DataFrame]) -> None:
    inputs = frames["claim_inputs"].filter(pl.col("claim_id") == "maxq-workstation-summary/cloud_year_heavy")
    day = "maxq-workstation-summary/2026-11-20/payback"
    assert inputs.select("input_name", "position", "observation_id", "constant", "unit").rows() == [
        ("rate", 1, f"{day}:3:Rate#1", None, "USD/h"),
        ("hours", 1, f"{day}:3:Hours#1", None, "h/week"),
        ("weeks", 1, None, 52.0, "week/year"),
    ]

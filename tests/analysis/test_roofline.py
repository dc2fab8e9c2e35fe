"""Claimed speeds against memory bandwidth, and the throughput model: verdicts computed by hand from the documents.

The arithmetic is beside each case; sizes and bandwidths are the documents' own.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.refresh import refresh
from tests.conftest import read
from tests.small import add_sources, edit, small_project

MACROS = Path(__file__).parents[2] / "analysis" / "macros"
Ask = Callable[..., list[tuple[Any, ...]]]
GUIDE = "local-ai-hardware-guide-2026/2026-11-20"
STRATEGY = "frontier-hardware-strategy/2026-11-20"

# benchmark, ceiling in tok/s, verdict
VERDICTS = [
    # Mac Studio, 70B at INT4: 819 GB/s / 35 GB, claimed 95
    (f"{STRATEGY}/mac_benchmarks:2:value#1", 23.4, "impossible"),
    # 2x RTX 4090, a 48 GB model: 2 x 1,008 / 48, claimed 467
    (f"{STRATEGY}/opt1_benchmarks:3:value#1", 42.0, "impossible"),
    # 2x RTX 5090, the same model: 2 x 1,792 / 48, claimed 80 or more
    (f"{STRATEGY}/opt1_benchmarks:2:value#1", 74.667, "impossible"),
    # 32B at FP16 on 48 GiB: 51.54 GB at 2 x 936, 12.46 GB at 150: 27.53 + 83.07 ms, claimed 15-20
    (f"{STRATEGY}/unlocks_48gb_tower:5:Speed#1", 9.0415, "impossible"),
    # 176B at INT4, its active part at 2 x 936 and 150: claimed 20-30, ratios 0.850 and 1.276
    (f"{STRATEGY}/unlocks_48gb_tower:7:Speed#1", 23.521, "partly"),
    # Mac Studio M4 Ultra, 70B at Q8: 800 / 70, claimed 15-25
    (f"{GUIDE}/apple_vs_gpu:3:value#1", 11.429, "impossible"),
    # RTX 5090, 70B at Q4: 34.36 GB at 1,792, 5.64 GB at 150: 19.17 + 37.6 ms, claimed 45-61
    (f"{GUIDE}/rtx5090_benchmarks:5:value#1", 17.613, "impossible"),
    # tier 1, the same with its own Ryzen 9 9950X at 100 GB/s: 19.17 + 56.4 ms, claimed 30-40
    (f"{GUIDE}/tier1_expected:5:value#1", 13.232, "impossible"),
    # RTX 4090, 70B at Q4_K_M: 25.77 GB at 1,008, 14.23 GB at 150: 25.57 + 94.87 ms, claimed 10-15
    (f"{GUIDE}/rtx4090_model_speed:5:Speed (tok/s)#1", 8.3034, "impossible"),
    # RTX 5090, 7.616B at Q4, eight sequences at once: 8 x 1,792 / (4 x 7.616 / 7), claimed 5,841 in all
    (f"{GUIDE}/rtx5090_benchmarks:9:value#1", 3294.1, "impossible"),
    # tier 2, 405B at Q2_K: 68.72 GB at 3,584, 46.28 GB at 150: 19.17 + 308.5 ms, claimed 10-18
    (f"{GUIDE}/tier2_expected:7:value#1", 3.0515, "impossible"),
    # tier 3, 405B at Q4: 206.16 GB at 3,456, 23.84 GB over 8 channels of DDR5-5600 at 358.4: 59.65 + 66.5 ms, claimed
    # 8-15:
    # 8 is 1.009 of it, 15 is 1.89
    (f"{GUIDE}/tier3_expected:8:value#1", 7.9255, "partly"),
    # RTX 4090 with the rest in host memory as above, about 8-12: 0.963 and 1.445
    (f"{GUIDE}/rtx4090_model_speed:7:Speed (tok/s)#1", 8.3034, "partly"),
    # RTX 5090, 70B at Q8: 34.36 GB at 1,792, 35.64 GB at 150: 19.17 + 237.6 ms, claimed 3-5
    (f"{GUIDE}/apple_vs_gpu:5:value#1", 3.8944, "partly"),
    # the rig under 4k, 70B at Q4, its Ryzen at 100 GB/s, claimed 18-24
    ("local-rig-under-4k/2026-11-20/numbers:2:value#1", 13.232, "impossible"),
    # Max-Q, 70B at FP16: 103.08 GB at 1,792, 36.92 GB over 8 channels of DDR5-6400 at 409.6: 57.52 + 90.14 ms, claimed
    # 20-30
    ("maxq-workstation-summary/2026-11-20/performance_targets:2:value#1", 6.7723, "impossible"),
    # 1x RTX 3090, a 24 GB model: 936 / 24, claimed 40
    (f"{STRATEGY}/tp_efficiency:2:Actual Speed#1", 39.0, "at_ceiling"),
    # 2x RTX 3090 on NVLink, a 48 GB model: 1,872 / 48, claimed 36-38
    (f"{STRATEGY}/tp_efficiency:4:Actual Speed#1", 39.0, "at_ceiling"),
    # tier 3, 70B at FP16: 4 x 864 / 140, claimed 18-25
    (f"{GUIDE}/tier3_expected:5:value#1", 24.686, "at_ceiling"),
    # RTX 6000 Ada, 70B at Q4_K_M: 960 / 40, claimed 18.4
    (f"{GUIDE}/rtx6000ada_benchmarks:5:value#1", 24.0, "plausible"),
    # RTX 5090, 8B at Q4_K_M: 1,792 / 4.9, claimed 213
    (f"{GUIDE}/rtx5090_benchmarks:2:value#1", 365.71, "plausible"),
    # RTX 5090, 70B at Q3_K_S: the 27 GB of a 72.706B are 26 GB of a 70B, claimed 45
    (f"{GUIDE}/gpu_matrix:2:70B Q4 Speed#1", 68.936, "plausible"),
    # 2x RTX 5090, 70B at Q4_K_M: 3,584 / 40, claimed 70-85; the same as combined throughput is not that of one sequence
    (f"{GUIDE}/tier2_expected:2:value#1", 89.6, "plausible"),
    (f"{GUIDE}/dual5090_expected:7:value#1", None, "not_computable"),
    (f"{GUIDE}/gpu_matrix:7:70B Q4 Speed#1", None, "not_computable"),
    # 2x L40S, 70B at Q8: 1,728 / 70, claimed 22
    (f"{GUIDE}/l40s_facts:9:value#1", 24.686, "plausible"),
    # Mac Studio M4 Ultra, 405B at Q2: 800 / 100, claimed 2-5
    (f"{GUIDE}/apple_vs_gpu:8:value#1", 8.0, "plausible"),
    # four users of one 70B at Q4 on 2x RTX 5090 share each reading: 4 x 3,584 / 40, claimed 18-22 each
    (f"{GUIDE}/tier2_expected:9:value#1", 358.4, "plausible"),
    # 671.026B at Q2, 37.55B of it active: 19.59 GB a token, of which 143.84/350 at 358.4: 3.34 + 22.46 ms, claimed 2-4
    (f"{GUIDE}/tier3_expected:10:value#1", 38.764, "plausible"),
    # reading a prompt is no decoding
    (f"{GUIDE}/rtx5090_benchmarks:3:value#1", None, "not_computable"),
    # DeepSeek V3 on a Mac: nobody says at how many bits
    (f"{STRATEGY}/mac_benchmarks:3:value#1", None, "not_computable"),
    # vLLM against llama.cpp: neither model nor card
    (f"{GUIDE}/vllm_vs_llamacpp:5:value#1", None, "not_computable"),
]


@pytest.mark.parametrize(("benchmark_id", "ceiling", "verdict"), VERDICTS)
def test_verdict_worked_out_by_hand(rows: Ask, benchmark_id: str, ceiling: float | None, verdict: str) -> None:
    [(found_ceiling, found_verdict)] = rows(
        "select ceiling_tok_s, verdict from roofline where benchmark_id = ?", benchmark_id
    )
    assert found_ceiling == (None if ceiling is None else pytest.approx(ceiling, rel=1e-3))
    assert found_verdict == verdict


def test_every_stated_throughput_has_a_verdict_or_a_reason(rows: Ask) -> None:
    assert rows("select benchmark_id from benchmarks anti join roofline using (benchmark_id)") == []
    unexplained = "select benchmark_id from roofline where assumptions = '' or (verdict = 'not_computable') <> (ratio_high is null)"
    assert rows(unexplained) == []


def test_layer_split_is_as_fast_as_one_card_and_has_a_verdict_of_its_own(rows: Ask) -> None:
    # 2x RTX 5090 that take turns: 1,792 / 40, claimed 70-85
    [(turns, at_once, verdict, words)] = rows(
        "select layer_split_ceiling_tok_s, tensor_split_ceiling_tok_s, layer_split_verdict, assumptions from roofline where benchmark_id = ?",
        f"{GUIDE}/tier2_expected:2:value#1",
    )
    assert (turns, at_once, verdict) == (pytest.approx(44.8), pytest.approx(89.6), "impossible")
    assert "the ceiling would be 44.8 tok/s: it takes tensor parallelism" in words
    # 2x RTX 3090, 70B at Q4: 936 / 40 = 23.4, claimed 25-35 and measured one after the other at 16
    assert rows(
        "select layer_split_verdict from roofline where benchmark_id = ?", f"{GUIDE}/dual3090_nvlink:5:value#1"
    ) == [("impossible",)]
    alone = "select count(*) from roofline where (accelerator_count = 1 or verdict = 'not_computable') and layer_split_verdict is not null"
    assert rows(alone) == [(0,)]


def test_a_claim_of_cards_that_take_turns_is_held_against_one_card(rows: Ask) -> None:
    assert rows("select count(*) > 0 from roofline where split = 'layer' and accelerator_count > 1") == [(True,)]
    judged = "select count(*) from roofline where split = 'layer' and ceiling_tok_s is distinct from layer_split_ceiling_tok_s"
    assert rows(judged) == [(0,)]


def test_the_speed_of_several_together_enters_no_cost(rows: Ask) -> None:
    found = rows(
        "select distinct excluded from throughput where throughput_from = ? and build_id = 'tier2-power-user-2x5090'",
        f"{GUIDE}/dual5090_expected:7:value#1",
    )
    assert found == [("how many sequences at once is not said",)]


def test_an_impossible_speed_enters_no_cost_and_says_why(rows: Ask) -> None:
    assert rows("select * from cost_per_token where roofline_verdict in ('impossible', 'partly')") == []
    impossible = "select count(*) from cost_per_token where throughput_from in (select benchmark_id from roofline where verdict in ('impossible', 'partly'))"
    assert rows(impossible) == [(0,)]
    [(excluded,)] = rows(
        "select excluded from throughput where build_id = 'mac-studio-m3-ultra' and throughput_from = ?",
        f"{STRATEGY}/mac_benchmarks:2:value#1",
    )
    assert excluded == "faster than the memory allows: 95 tok/s against a ceiling of 23.4"


def test_a_size_too_small_for_its_bits_is_no_size(rows: Ask) -> None:
    # 405B at 4 bits are 202.5 GB; the guide also says 115. 671.026B at 4 bits are 335.513 GB; the strategy says 100.
    assert rows("select size_gb from smallest_sizes where model_id = 'llama-3-1-405b' and quantization = 'Q4'") == [
        (230,)
    ]
    assert rows(
        "select size_gb, derivation from smallest_sizes where model_id = 'deepseek-v3' and quantization = 'INT4'"
    ) == [(pytest.approx(335.513), "parameters x 4 bits")]
    chosen = "select count(*) from model_sizes where is_chosen and not holds_its_bits"
    assert rows(chosen) == [(0,)]


def test_offloaded_claims_say_what_host_they_would_take(rows: Ask) -> None:
    # 10 tok/s leave 100 - 25.57 ms for 14.23 GB
    [(words,)] = rows("select assumptions from roofline where benchmark_id = ?", f"{GUIDE}/gpu_matrix:3:70B Q4 Speed#1")
    assert "the claim would take host memory of 191.2 GB/s" in words


def test_hosts_are_as_fast_as_their_parts_allow(rows: Ask) -> None:
    hosts = dict(rows("select build_id, (host_bandwidth_gb_s, basis) from host_memory"))
    assert hosts["tier1-practitioner-5090"] == (100, "stated")
    assert hosts["maxq-1x"] == (pytest.approx(409.6), "channels_x_speed")  # 8 x 6,400 MT/s x 8 bytes
    assert hosts["tier3-research-4xl40s"] == (pytest.approx(358.4), "channels_x_speed")  # 8 x 5,600 MT/s x 8 bytes
    assert hosts["single-4090"] == (150, "assumed")


def test_what_does_not_fit_is_not_modelled(rows: Ask) -> None:
    [(speed, fits, missing)] = rows(
        """
        select tokens_per_s_mid, fits_in_memory, missing
        from modelled_throughput
        where build_id = 'single-5090' and model_id = 'llama-3-70b' and quantization = 'Q4_K_M' and concurrency = 1
        """
    )
    assert (speed, fits, missing) == (None, False, "45.85 GB do not fit into 34.36 GB")


def test_a_stated_speed_wins_over_the_model(rows: Ask) -> None:
    both = """
        select t.build_id
        from throughput as t
        join throughput as m
            on m.build_id = t.build_id and m.model_id = t.model_id and m.quantization = t.quantization and m.split = t.split
            and m.concurrency = t.concurrency
        where t.basis <> 'modelled' and m.basis = 'modelled' and t.excluded is null and m.excluded is null
    """
    assert rows(both) == []
    [(basis,)] = rows(
        "select basis from throughput where build_id = 'single-5090' and model_id = 'llama-3-8b' and quantization = 'Q4_K_M' and concurrency = 1 and excluded is null"
    )
    assert basis == "measured"


def test_the_mac_whose_benchmark_is_impossible_gets_a_modelled_cost(rows: Ask) -> None:
    # nothing above 819 / 42.5, what memory allows a 70B at Q4_K_M
    found = rows(
        """
        select distinct throughput_basis, tokens_per_s_high < 20
        from cost_per_token
        where build_id = 'mac-studio-m3-ultra' and model_id in ('70b', 'llama-3-70b') and quantization in ('INT4', 'Q4_K_M')
            and concurrency = 1
        """
    )
    assert found == [("modelled", True)]


def test_a_faster_memory_makes_an_impossible_claim_possible(tmp_path: Path) -> None:
    project = small_project(tmp_path, "roofline")
    add_sources(project, GUIDE.split("/", maxsplit=1)[0], "maker-data-sheets")
    constant = "[constants.host_bandwidth_gb_s]\nvalue = "
    edit(project.assumptions, f"{constant}150", f"{constant}400")
    refresh(project, with_report=False)
    # of 40 GB, 25.77 at 1,008 and 14.23 at 400 take 61.1 ms: 16.4 tok/s
    assert read(
        project,
        f"select verdict, round(ceiling_tok_s, 1) from roofline where benchmark_id = '{GUIDE}/rtx4090_model_speed:5:Speed (tok/s)#1'",
    ) == [("plausible", 16.4)]


@pytest.fixture(scope="module")
def formulas() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for path in sorted(MACROS.glob("*.sql")):
            connection.execute(path.read_text(encoding="utf-8"))
        yield connection


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("active_fraction(400, 17)", 0.0425),
        ("active_fraction(70, null)", 1),
        ("gb_read_per_token(40)", 40),
        ("gb_read_per_token(350, 37 / 671, 1)", 19.2996),
        ("host_share(40, 32)", 0.2),
        ("host_share(30, 32)", 0),
        ("host_share(40, null)", 0),
        ("blended_bandwidth_gb_s(1792)", 1792),
        # 0.8 / 1,792 + 0.2 / 100 = 2.4464 ms a GB
        ("blended_bandwidth_gb_s(1792, 0.2, 100)", 408.76),
        ("host_bandwidth_needed_gb_s(45, 40, 0.2, 1792)", 1832.7),
        ("host_bandwidth_needed_gb_s(61, 40, 0.2, 1792)", None),
        ("speed_at_power_limit(100, 0.5)", 88),
        ("speed_at_power_limit(100, 0.25)", 77.44),
        ("speed_at_power_limit(100, 1)", 100),
        ("watts_at_power_limit(1000, 575, 0.5)", 712.5),
        ("watts_at_power_limit(500, 575, 0.5)", 250),
    ],
)
def test_formula_gives_the_value_worked_out_by_hand(
    formulas: duckdb.DuckDBPyConnection, expression: str, expected: float | None
) -> None:
    [(value,)] = formulas.sql(f"select {expression}").fetchall()
    assert value == (None if expected is None else pytest.approx(expected, rel=1e-4))


@pytest.mark.parametrize(
    ("ratios", "verdict"),
    [
        ("1.0501, 1.0501", "impossible"),
        ("1.05, 1.05", "at_ceiling"),
        ("0.95, 0.95", "at_ceiling"),
        ("0.9499, 0.9499", "plausible"),
        ("0.5, 1.05", "at_ceiling"),
        # a part of the range is beyond
        ("0.5, 1.0501", "partly"),
        ("1.05, 2", "partly"),
        # up to so much is everything from zero
        ("0, 2", "partly"),
        # about so much
        ("1.0999, 1.0999, slack := 0.05", "at_ceiling"),
        ("1.1001, 1.1001, slack := 0.05", "impossible"),
        ("0.9, 1.1001, slack := 0.05", "partly"),
        ("0.94, 0.94, slack := 0.05", "plausible"),
        ("null, null", "not_computable"),
    ],
)
def test_verdict_by_ratio(formulas: duckdb.DuckDBPyConnection, ratios: str, verdict: str) -> None:
    assert formulas.sql(f"select roofline_verdict({ratios})").fetchall() == [(verdict,)]


@pytest.mark.parametrize(
    ("words", "is_combined"),
    [
        ("70–85 tok/s (combined throughput)", True),
        ("2,000 tok/s total", True),
        ("aggregate 310 t/s", True),
        ("310 t/s across all users", True),
        ("70–85 tok/s", False),
        ("22 tok/s, totally in VRAM", False),
    ],
)
def test_words_for_the_speed_of_several_together(
    formulas: duckdb.DuckDBPyConnection, words: str, is_combined: bool
) -> None:
    assert formulas.sql(f"select is_combined_throughput('{words}')").fetchall() == [(is_combined,)]


def test_formulas_of_the_roofline_explain_themselves_with_examples_that_hold(
    formulas: duckdb.DuckDBPyConnection,
) -> None:
    text = (MACROS / "roofline.sql").read_text(encoding="utf-8")
    examples = re.findall(r"(\w+\([^()]*\)) = ([\d.]+?)\.?';", text)
    assert len(examples) == 7
    for expression, expected in examples:
        [(value,)] = formulas.sql(f"select {expression}").fetchall()
        assert value == pytest.approx(float(expected), rel=1e-3), expression


def test_half_the_power_keeps_88_percent_of_the_speed(rows: Ask) -> None:
    # what a computer with one RTX 4090 takes at work beyond what it takes idle is the card's, and halves
    [(saved, kept)] = rows(
        """
        select distinct round(watts_mid - limited_watts, 6), round(limited_tokens_per_s / tokens_per_s_mid, 6)
        from with_power_limit(power_fraction := 0.5)
        where build_id = 'single-4090'
        """
    )
    [(working, idle)] = rows("select watts_mid, idle_w_low from build_power where build_id = 'single-4090' and is_best")
    assert (saved, kept) == (pytest.approx((working - idle) / 2), 0.88)

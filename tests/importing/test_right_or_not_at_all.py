"""What an import reads of tables as people have them, and what it refuses: small tables of the kinds that once read
wrong."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHECKOUT


def markdown(*rows: str, title: str = "") -> str:
    head = f"# {title}\n\n" if title else ""
    return head + "\n".join(
        [f"| {rows[0]} |", "|" + "---|" * (rows[0].count("|") + 1), *(f"| {row} |" for row in rows[1:])]
    )


# ---- amounts


def test_an_amount_by_the_hour_is_a_cloud_rate_and_never_a_price(bring: Any) -> None:
    got = bring(markdown("Card | Rate per hour | Cloud", "RTX 3090 | $0.24 | B", "RTX 4090 | $0.41 | B"))
    assert got.values("usd_per_hour", "provider") == [("rtx-3090", 0.24, "B"), ("rtx-4090", 0.41, "B")]
    assert got.attributes == {"usd_per_hour"}


def test_an_amount_by_the_month_is_a_monthly_cost(bring: Any) -> None:
    got = bring(markdown("Cloud | Card | $/h | Per month", "B | RTX 4090 | $0.50 | $365"))
    assert got.values("usd_per_hour") == [("rtx-4090", 0.5)]
    assert got.values("monthly_cost", "billing") == [("rtx-4090", 365, "monthly")]


@pytest.mark.parametrize(
    ("word", "purchase"),
    [("Spot", "spot"), ("On-demand", "on_demand"), ("Reserved 1y", "reserved"), ("Community", "community")],
)
def test_how_a_card_is_rented_is_said_by_the_header(bring: Any, word: str, purchase: str) -> None:
    got = bring(markdown(f"Cloud | Card | {word} $/hr", "B | RTX 4090 | $0.50"))
    assert got.values("usd_per_hour", "purchase") == [("rtx-4090", 0.5, purchase)]


def test_a_rate_for_each_card_says_so(bring: Any) -> None:
    assert bring(markdown("Cloud | Card | $/GPU-hour", "B | H100 | $2.10")).values("usd_per_hour", "each") == [
        ("h100", 2.1, True)
    ]


def test_a_price_beside_a_cloud_that_says_neither_purchase_nor_hour_is_none(bring: Any) -> None:
    got = bring(markdown("Provider | GPU | Price", "B | RTX 4090 | $0.50"))
    assert got.attributes == set()
    assert "buys or rents" in got.ignored["Price"]


def test_a_unit_price_is_not_divided_by_the_quantity(bring: Any) -> None:
    got = bring(
        "Component,Model,Qty,Unit Price,Total\nGPU,RTX 3090,4,$750,$3000\nCPU,Ryzen 9 9950X,1,$500,$500\n", "csv"
    )
    assert got.values("price", "lot_quantity") == [("rtx-3090", 750, 1), ("ryzen-9-9950x", 500, 1)]
    assert got.values("part", "count") == [("rtx-3090", None, 4), ("ryzen-9-9950x", None, 1)]
    assert "Total" in got.ignored


def test_a_release_price_is_the_makers_of_its_day(bring: Any) -> None:
    got = bring("GPU,Launch date,Launch price (USD)\nRTX 5090,2025-01-30,1999\n", "csv")
    assert got.values("price", "condition", "observed_on") == [("rtx-5090", 1999, "msrp", "2025-01-30")]


def test_a_sold_price_is_used_of_its_day_and_broken_cards_have_none(bring: Any) -> None:
    got = bring(
        "title,price,sold_date,condition\n"
        "EVGA GeForce RTX 3090 FTW3 Ultra 24GB,$690,2025-03-02,Pre-Owned\n"
        "Zotac RTX 3090 24GB,$210,2025-03-03,For parts or not working\n",
        "csv",
    )
    assert got.values("price", "condition", "observed_on") == [("rtx-3090", 690, "used", "2025-03-02")]
    assert any("For parts or not working" in reason for reason in got.reasons)


@pytest.mark.parametrize("row", ["RTX 3090 | 640 €", "RTX 3090 | £640", "RTX 3090 | 640", "RTX 3090 | A$640"])
def test_money_of_another_country_or_of_none_is_no_price_without_a_rate(bring: Any, row: str) -> None:
    got = bring(markdown("GPU | Price", row))
    assert got.attributes == set()
    assert [*got.reasons, *got.ignored.values()]


def test_amounts_in_another_currency_are_dollars_at_the_rate_of_their_day(bring: Any, bare: Path) -> None:
    folder = bare / "data" / "raw" / "ecb-euro-rates"
    shutil.copytree(CHECKOUT / "data" / "raw" / "ecb-euro-rates", folder)
    try:
        # a euro was 1.1172 dollars and 0.8338 pounds on Friday, 2026-10-30
        got = bring(
            "gpu,price,currency\nRTX 3090,700,USD\nRTX 4090,1500,EUR\nRTX 5090,2000,GBP\n", "csv", "--on", "2026-11-01"
        )
    finally:
        shutil.rmtree(folder)
    assert [(item, round(usd, 2), amount, day) for item, usd, amount, day in got.values("price", "amount_low", "fx_day")] == [
        ("rtx-3090", 700, 700, None), ("rtx-4090", 1675.8, 1500, "2026-10-30"), ("rtx-5090", 2679.78, 2000, "2026-10-30"),
    ]  # fmt: skip


# ---- units


@pytest.mark.parametrize(
    "header",
    [
        "Memory bus (bit)",
        "Memory clock (MHz)",
        "Power Capacity (MW)",
        "TDP (MW)",
        "Memory (Gb)",
        "Wall power (W)",
        "RAM",
    ],
)
def test_a_header_whose_unit_or_word_does_not_fit_is_no_reading(bring: Any, header: str) -> None:
    got = bring(f"GPU,{header}\nH100,96\nL40S,48\n", "csv")
    assert got.attributes == set()
    assert got.ignored[header]


@pytest.mark.parametrize(
    ("header", "cell", "attribute", "value"),
    [
        ("memory_size_gb", "24", "memory", 24),
        ("Memory (GiB)", "24", "memory", 25.769803776),
        ("memory_bandwidth_gb_s", "936", "memory_bandwidth", 936),
        ("Memory bandwidth (TB/s)", "0.936", "memory_bandwidth", 936),
        ("tdp_w", "350", "tdp", 350),
        ("Boost clock (MHz)", "1695", "boost_clock", 1.695),
        ("launch_price_usd", "1499", "price", 1499),
    ],
)
def test_the_unit_of_a_header_counts(bring: Any, header: str, cell: str, attribute: str, value: float) -> None:
    assert bring(f"gpu,{header}\nRTX 3090,{cell}\n", "csv").values(attribute) == [("rtx-3090", pytest.approx(value))]


# ---- what a row is about


def test_a_blank_cell_continues_the_row_above_in_markdown_and_is_unknown_in_a_csv(bring: Any) -> None:
    rows = ("Card | Model | tg 64", "RTX 3090 | 8B Q4_0 | 100", " | 8B F16 | 40")
    assert bring(markdown(*rows)).values("tokens_per_s", "quantization") == [
        ("rtx-3090", 100, "Q4_0"), ("rtx-3090", 40, "FP16"),
    ]  # fmt: skip
    got = bring("\n".join(row.replace(" | ", ",") for row in rows), "csv")
    assert got.values("tokens_per_s") == [("rtx-3090", 100)]
    assert "a throughput needs the hardware that it was measured on" in got.reasons


@pytest.mark.parametrize("name", ["RTX 3090 * 4", "RTX 3090 24GB * 4", "RTX 3090 x4", "4x RTX 3090", "3090 ×4"])
def test_a_count_is_read_wherever_it_is(bring: Any, name: str) -> None:
    got = bring(markdown("GPU | Model | t/s", f"{name} | Llama 3 70B Q4_K_M | 17"))
    assert got.values("tokens_per_s", "count", "quantization") == [("rtx-3090", 17, 4, "Q4_K_M")]


def test_hardware_count_model_and_quantisation_come_from_the_title(bring: Any) -> None:
    got = bring(
        markdown("Context | Prefill t/s | Decode t/s", "4k | 300 | 15", title="Llama 3 70B Q5_K_M on 2x RTX 4090")
    )
    assert got.values("tokens_per_s", "phase", "count", "model", "quantization", "context_tokens") == [
        ("rtx-4090", 15, "decode", 2, "llama-3-70b", "Q5_K_M", 4000),
        ("rtx-4090", 300, "prefill", 2, "llama-3-70b", "Q5_K_M", 4000),
    ]


def test_a_name_that_goes_on_in_the_title_is_another_items(bring: Any) -> None:
    got = bring(markdown("Model | t/s", "Llama 3 8B | 60", title="On an RTX 4090 Laptop GPU"))
    assert got.attributes == set()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (markdown("Try | Speed (tokens/s)", "1 | 8", "2 | 9"), "a throughput needs the hardware"),
        (markdown("GPU | Speed (tokens/s)", "RTX 4090 | 8"), "a throughput needs the model"),
        (markdown("GPU | Model | t/s", "Voodoo 5 | Llama 3 8B | 8"), "Voodoo 5 is not in the catalogue"),
        (markdown("GPU | Model | t/s", "RTX 4090 | Zork 9B | 8"), "Zork 9B is not in the catalogue"),
    ],
)
def test_a_row_whose_subject_is_not_known_is_rejected_whole(bring: Any, text: str, reason: str) -> None:
    got = bring(text)
    assert got.attributes == set()
    assert any(reason in said for said in got.reasons)


def test_columns_of_a_comparison_survive_one_unknown_head(bring: Any) -> None:
    got = bring(markdown("Spec | RTX 4090 | Voodoo 5", "VRAM | 24 GB | 16 GB", "Bandwidth | 1008 GB/s | 3 GB/s"))
    assert got.values("memory") == [("rtx-4090", 24)]
    assert got.values("memory_bandwidth") == [("rtx-4090", 1008)]
    assert all("Voodoo 5 is not in the catalogue" in reason for reason in got.reasons)


def test_a_header_with_a_word_that_nobody_knows_is_left_out_with_it(bring: Any) -> None:
    got = bring(markdown("GPU | VRAM | Frobnicated VRAM", "RTX 4090 | 24 GB | 20 GB"))
    assert got.values("memory") == [("rtx-4090", 24)]
    assert got.ignored["Frobnicated VRAM"] == "'Frobnicated' in the header is not understood"


# ---- the guard


def test_what_is_far_from_all_of_its_kind_is_held_back(bring: Any) -> None:
    got = bring(markdown("GPU | Price", "RTX 4090 | $0.33", "RTX 3090 | $700"))
    assert got.values("price") == [("rtx-3090", 700)]
    (held,) = got.table["quarantined"]
    assert (held["row"], held["text"]) == (2, "$0.33")
    assert "outside 30 to 80000, the range of any gpu" in held["reason"]


def test_a_table_of_which_nothing_reads_leaves_a_draft(bring: Any, tmp_path: Path) -> None:
    got = bring(markdown("Thing | Weight", "RTX 4090 | 2 kg"), "md", "--draft", str(tmp_path / "draft"))
    assert got.attributes == set()
    assert sorted(path.name for path in (tmp_path / "draft").iterdir()) == ["table_1.csv", "tables.toml"]


# ---- neighbours


def test_a_currency_column_says_what_bare_amounts_are_in(bring: Any) -> None:
    got = bring("gpu,price,currency\nRTX 3090,700,USD\nRTX 4090,1500,EUR\n", "csv")
    assert got.values("price") == [("rtx-3090", 700)]
    assert "no rate of EUR" in got.reasons[0]


@pytest.mark.parametrize("header", ["Tokens/s/$", "Tokens/s per dollar", "Tokens/s/W", "Price per GB"])
def test_a_ratio_is_neither_of_its_terms(bring: Any, header: str) -> None:
    got = bring(f"GPU,Model,{header}\nRTX 4090,Llama 3 8B,0.2\n", "csv")
    assert got.attributes == set()
    assert header in got.ignored


def test_an_instance_whose_cards_are_not_counted_has_no_rate(bring: Any) -> None:
    assert bring(markdown("Instance | GPU | Price/hr", "g5.12xlarge | A10G | $5.67")).attributes == set()


def test_cores_beside_a_card_are_the_hosts(bring: Any) -> None:
    assert bring("gpu,cpu_cores,Threads\nRTX 4090,64,128\n", "csv").attributes == set()


def test_what_was_used_of_the_memory_is_not_what_the_card_has(bring: Any) -> None:
    got = bring("gpu,model,vram_used_gb\nRTX 4090,Llama 3 8B Q4_K_M,6.2\n", "csv")
    assert got.attributes == {"memory_needed"}


def test_a_sum_does_not_continue_the_row_above(bring: Any) -> None:
    got = bring(markdown("Thing | GPU | Price", "Card | RTX 4090 | $1,600", "Total | | $3,700"))
    assert got.values("price") == [("rtx-4090", 1600)]


def test_a_price_cell_that_says_used_is_a_used_price(bring: Any) -> None:
    got = bring(markdown("GPU | Price", "RTX 3090 | $700 used", "RTX 4090 | $1,700"))
    assert got.values("price", "condition") == [("rtx-3090", 700, "used"), ("rtx-4090", 1700, "street")]

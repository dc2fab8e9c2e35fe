"""Public feeds, known by their shape: small samples of our own making, with the traps of the real files."""

from typing import Any

import pytest

BENCH = "build_commit,gpu_info,model_type,n_gpu_layers,n_prompt,n_gen,n_depth,avg_ts,stddev_ts\n"


def test_llama_bench_csv_is_read_by_name_and_a_mix_of_both_phases_is_left_out(bring: Any) -> None:
    got = bring(
        BENCH
        + "a,NVIDIA GeForce RTX 3090,llama 8B Q4_K - Medium,99,512,0,0,3000.5,1\n"
        + "a,NVIDIA GeForce RTX 3090,llama 8B Q4_K - Medium,99,0,128,4096,95.25,1\n"
        + "a,NVIDIA GeForce RTX 3090,llama 8B Q4_K - Medium,99,512,128,0,500,1\n",
        "csv",
    )
    assert got.table["feed"] == "llama-bench"
    assert got.values("tokens_per_s", "phase", "quantization", "context_tokens") == [
        ("rtx-3090", 3000.5, "prefill", "Q4_K_M", None),
        ("rtx-3090", 95.25, "decode", "Q4_K_M", 4096),
    ]
    assert got.reasons == ["prompt and generation are timed together"]


def test_llama_bench_markdown_takes_its_card_from_the_lines_above_or_from_the_user(bring: Any) -> None:
    table = (
        "\n| model | size | params | backend | ngl | test | t/s |\n| --- | --- | --- | --- | --- | --- | --- |\n"
        "| llama 8B Q8_0 | 7.95 GiB | 8.03 B | CUDA | 99 | tg128 @ d512 | 71.70 ± 0.39 |\n"
    )
    printed = "ggml_cuda_init: found 2 CUDA devices:\n  Device 0: NVIDIA GeForce RTX 3090, compute\n  Device 1: NVIDIA GeForce RTX 3090, compute\n"
    for text, arguments in ((printed + table, ()), (table, ("--set", "hardware=2x RTX 3090"))):
        got = bring(text, "md", *arguments)
        assert got.values("tokens_per_s", "count", "phase", "quantization") == [("rtx-3090", 71.7, 2, "decode", "Q8_0")]
    assert bring(table).reasons == ["a throughput needs the hardware that it was measured on"]


def test_what_ollama_prints_has_both_phases(bring: Any) -> None:
    text = "$ ollama run llama3.1:8b --verbose\nprompt eval rate:     612.5 tokens/s\neval count:  9\neval rate:  43.25 tokens/s\n"
    got = bring(text, "txt", "--set", "hardware=RTX 3090")
    assert sorted(got.values("tokens_per_s", "phase", "model")) == [
        ("rtx-3090", 43.25, "decode", "llama-3-1-8b"), ("rtx-3090", 612.5, "prefill", "llama-3-1-8b"),
    ]  # fmt: skip


def test_gpuhunt_prices_are_the_instances_and_a_floor_is_no_rate(bring: Any) -> None:
    got = bring(
        "instance_name,location,price,cpu,memory,gpu_count,gpu_name,gpu_memory,spot,disk_size\n"
        "a,eu,4.40,8,64,8,RTX4090,24.0,True,\nb,eu,0.01,8,64,1,RTX4090,24.0,False,\nc,eu,0.2,8,64,0,,,False,\n",
        "csv",
    )
    assert got.values("usd_per_hour", "count", "purchase", "region") == [("rtx-4090", 4.4, 8, "spot", "eu")]
    assert sorted(got.reasons) == ["a floor or a zero is no rate", "the instance has no accelerator"]


def test_skypilot_prices_are_for_all_cards_and_its_memory_is_the_hosts(bring: Any) -> None:
    got = bring(
        "InstanceType,AcceleratorName,AcceleratorCount,MemoryGiB,Price,SpotPrice,Region\n"
        "x,A6000,2.0,100.0,1.6,0.5,east\ny,,,16.0,0.3,,east\n",
        "csv",
    )
    assert sorted(got.values("usd_per_hour", "count", "purchase")) == [
        ("rtx-a6000", 0.5, 2, "spot"), ("rtx-a6000", 1.6, 2, "on_demand"),
    ]  # fmt: skip
    assert got.attributes == {"usd_per_hour"}


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        (
            '{"data":[{"id":"meta-llama/llama-3.1-70b-instruct","pricing":{"prompt":"0.0000004","completion":"0.0000006"}},'
            '{"id":"x/auto","pricing":{"prompt":"-1","completion":"-1"}}]}',
            {("input_price", 0.4), ("output_price", 0.6)},
        ),
        (
            '{"sample_spec":{"input_cost_per_token":0,"output_cost_per_token":0,"litellm_provider":"x","mode":"chat"},'
            '"deepinfra/meta-llama/Llama-3.1-70B-Instruct":{"input_cost_per_token":4e-07,"output_cost_per_token":6e-7,'
            '"litellm_provider":"deepinfra","mode":"chat"}}',
            {("input_price", 0.4), ("output_price", 0.6)},
        ),
        (
            '{"vendor":"a","models":[{"id":"l","name":"Llama 3.1 70B","price_history":'
            '[{"input":0.4,"output":0.6,"input_cached":0.1,"from_date":"2025-01-02","to_date":null}]}]}',
            {("input_price", 0.4), ("output_price", 0.6), ("cached_input_price", 0.1)},
        ),
    ],
)
def test_prices_of_tokens_come_out_for_a_million_of_them(
    bring: Any, text: str, readings: set[tuple[str, float]]
) -> None:
    got = bring(text, "json")
    assert {(one["attribute"], round(one["value_low"], 9)) for one in got.table["readings"]} == readings
    assert {one["model"] for one in got.table["readings"]} == {"llama-3-1-70b"}


def test_electricity_is_in_its_currency_for_a_kilowatt_hour(bring: Any) -> None:
    got = bring(
        '{"response":{"data":[{"period":"2026-02","stateid":"TX","sectorid":"RES","price":"15.2","price-units":'
        '"cents per kilowatt-hour"},{"period":"2026-02","stateid":"NEW","sectorid":"RES","price":"9",'
        '"price-units":"cents per kilowatt-hour"}]}}',
        "json",
    )
    assert got.values("electricity_rate", "place", "sector", "currency") == [(None, 0.152, "TX", "residential", "USD")]
    assert got.reasons == ["a census region, not a state"]


def test_euro_rates_have_a_column_for_each_currency(bring: Any) -> None:
    got = bring("Date,USD,JPY,GBP,\n2026-01-05,1.17,N/A,0.86,\n", "csv")
    assert sorted(got.values("units_per_eur", "currency", "observed_on")) == [
        (None, 0.86, "GBP", "2026-01-05"), (None, 1.17, "USD", "2026-01-05"),
    ]  # fmt: skip


def test_a_parts_list_is_a_system_without_sums_and_without_what_somebody_paid(bring: Any) -> None:
    got = bring(
        "Type|Item|Price\n:----|:----|:----\n"
        "**CPU** | [AMD Ryzen 9 9950X 4.3 GHz 16-Core Processor](https://example.org) | $499.00 @ Shop\n"
        "**Video Card** | [NVIDIA Founders Edition GeForce RTX 3090 24 GB Video Card](https://example.org) | Purchased For $700.00\n"
        " | **Total** | **$1199.00**\n"
    )
    assert got.values("part", "slot") == [("ryzen-9-9950x", None, "cpu"), ("rtx-3090", None, "gpu")]
    assert got.values("price", "vendor") == [("ryzen-9-9950x", 499, "Shop")]
    assert len(got.reasons) == 2


def test_a_feed_whose_shape_has_changed_is_refused_and_says_what_is_missing(
    bring: Any, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipelines.cli import main

    path = tmp_path / "bench.csv"
    path.write_text("n_prompt,n_gen,avg_ts\n512,0,100\n", encoding="utf-8")
    assert main(["import", str(path), "--dry-run"]) == 1
    assert "lacks model_type, gpu_info: its shape has changed" in capsys.readouterr().err

"""Public feeds, known by their shape: small samples of our own making, with the traps of the real files."""

import json
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


METAL = "| model | size | params | backend | test | t/s |\n|---|---|---|---|---|---|\n| llama 8B Q4_0 | 4 GiB | 8 B | {} | tg128 | {} ± 0.1 |\n"
PRINTED = "\nggml_cuda_init: found 1 CUDA devices:\n  Device 0: NVIDIA GeForce RTX 4090, compute capability 8.9\n"


def test_cards_printed_before_one_table_are_not_those_of_a_table_of_another_machine(bring_all: Any) -> None:
    text = f"{PRINTED}\n{METAL.format('CUDA', 130)}\n## My other machine\n\n{METAL.format('BLAS,MTL', 60)}"
    first, second = bring_all(text)
    assert first.values("tokens_per_s") == [("rtx-4090", 130.0)]
    assert second.reasons == ["a throughput needs the hardware that it was measured on"]


def test_a_run_uses_the_cards_that_it_was_told_to_use(bring: Any) -> None:
    head = "gpu_info,model_type,n_gpu_layers,n_prompt,n_gen,avg_ts,split_mode,devices,tensor_split,no_kv_offload\n"
    two = '"NVIDIA GeForce RTX 3090, NVIDIA GeForce RTX 3090",llama 8B Q4_0,99,0,128'
    got = bring(
        f"{head}{two},100,layer,auto,0.00,0\n{two},101,none,auto,0.00,0\n{two},102,layer,CUDA0,0.00,0\n"
        f"{two},103,layer,auto,1.00/0.00,0\n{two},50,layer,auto,0.00,1\n"
        '"NVIDIA GeForce RTX 3090, NVIDIA GeForce RTX 4090",llama 8B Q4_0,99,0,128,90,layer,auto,0.00,0\n',
        "csv",
    )
    assert got.values("tokens_per_s", "count") == [
        ("rtx-3090", 100.0, 2), ("rtx-3090", 101.0, 1), ("rtx-3090", 102.0, 1), ("rtx-3090", 103.0, 1),
    ]  # fmt: skip
    assert "the cache of keys and values is in host memory" in got.reasons
    assert any("RTX 3090, NVIDIA GeForce RTX 4090 is not in the catalogue" in reason for reason in got.reasons)


def test_a_file_whose_records_are_all_left_out_says_why(bring: Any) -> None:
    got = bring(BENCH + "a,NVIDIA GeForce RTX 3090,llama 8B Q4_0,0,512,0,0,30,1\n", "csv")
    assert got.reasons == ["no layer runs on the card: it is the processor's speed"]


def test_eurostats_table_of_periods_and_its_json_are_the_same_records(bring: Any) -> None:
    tsv = (
        "freq,nrg_cons,unit,tax,currency,geo\\TIME_PERIOD\t2025-S1 \t2025-S2 \n"
        "S,KWH2500-4999,KWH,I_TAX,EUR,EL\t0.2310 e\t: \nS,KWH2500-4999,KWH,I_TAX,NAC,SE\t2.3 \t2.2 \n"
    )
    index = {
        "freq": ["S"],
        "nrg_cons": ["KWH2500-4999"],
        "unit": ["KWH"],
        "tax": ["I_TAX"],
        "currency": ["EUR"],
        "geo": ["EL"],
    }
    cube = {
        "id": [*index, "time"], "size": [1, 1, 1, 1, 1, 1, 2], "value": {"0": 0.231}, "status": {"1": ":"},
        "dimension": {name: {"category": {"index": codes}} for name, codes in {**index, "time": ["2025-S1", "2025-S2"]}.items()},
    }  # fmt: skip
    both = [bring(text, ending) for text, ending in ((tsv, "tsv"), (json.dumps(cube), "json"))]
    for got in both:
        assert got.table["kind"] == "electricity_price"
        stated = [one for one in got.table["rejected"] if one["text"].startswith("0.231")]
        # read as euros of its half-year, of which nothing is known here
        assert [one["reason"].startswith("no rate of EUR of 2025-01-01") for one in stated] == [True]
        assert "no value is stated" in got.reasons
        assert "Greece" in got.table["csv"]
        assert "included" in got.table["csv"]


def test_prices_of_tokens_by_length_of_prompt_and_by_hour_are_apart(bring_all: Any) -> None:
    base, overrides = bring_all(
        '{"data":[{"id":"qwen/qwen3-32b","pricing":{"prompt":"0.0000001","completion":"0.0000004","overrides":['
        '{"min_prompt_tokens":128000,"prompt":"0.0000002","completion":"0.0000008"},'
        '{"utc_start":1630,"utc_end":30,"prompt":"0.00000005","completion":"0.0000002"}]}}]}',
        "json",
    )
    assert base.values("input_price", "context_tokens", "hours") == [
        (None, 0.1, None, "outside the hours of its overrides")
    ]
    assert overrides.values("input_price", "context_tokens", "hours") == [
        (None, 0.2, 128000, None), (None, 0.05, None, "16:30-00:30 UTC"),
    ]  # fmt: skip


def test_localscore_times_have_the_unit_of_their_row(bring: Any) -> None:
    head = "test_num\tgen_tps\tttft\tttft_unit\tprompt_tps\tmodel_name\tmodel_quant\taccel_name\taccel_type\n"
    row = "\t100\t{}\t{}\t4000\tLlama 3.1 8B Instruct\tQ8_0\tNVIDIA GeForce RTX 4090\tGPU\n"
    got = bring(head + "1" + row.format(450, "ms") + "2" + row.format(1.3, "sec"), "csv")
    assert got.values("prompt_time") == [("rtx-4090", 0.45), ("rtx-4090", 1.3)]
    assert {one["quantization"] for one in got.table["readings"]} == {"Q8_0"}


def test_inferencex_counts_the_cards_of_its_run_and_leaves_parted_runs_out(bring: Any) -> None:
    run = {
        "hardware": "h200-trt", "framework": "vllm", "model": "gpt-oss-120b", "precision": "fp4", "disagg": False,
        "is_multinode": False, "decode_tp": 8, "num_decode_gpu": 8, "conc": 64, "isl": 1024, "osl": 1024,
        "metrics": {"output_tput_per_gpu": 567.5},
    }  # fmt: skip
    got = bring(json.dumps([run, {**run, "disagg": True}]), "json")
    assert got.values("tokens_per_s", "count", "each", "concurrency") == [("h200-sxm", 567.5, 8, True, 64)]
    assert got.reasons == ["prompt and generation run on cards of their own"]

"""The claims of the local AI hardware guide against what they come to by hand.

Every expected figure was computed by hand from the document; the arithmetic is beside it. How claims are evaluated in
general is tested elsewhere.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl
import pytest

from pipelines.audit.claims import evaluate_claims
from pipelines.audit.declared_claims import load_claims
from pipelines.contracts.catalogue import load_catalogue
from pipelines.contracts.sources import load_sources
from pipelines.contracts.vocabulary import load_vocabulary
from pipelines.normalise.observations import observe
from pipelines.project import Project
from pipelines.steps.raw import read_all_cells
from tests.conftest import CHECKOUT

SOURCE_ID = "local-ai-hardware-guide-2026"
Ends = tuple[float, float]


class Expected(NamedTuple):
    """A verdict, both ends of what comes out, and by how much the stated figure is above it (all in its unit)."""

    verdict: str
    recomputed: Ends | None = None
    difference: Ends | None = None


def agrees(low: float, high: float | None = None, *, by: Ends = (0, 0)) -> Expected:
    """Equal at both ends, or inside by so much."""
    return Expected("agrees", (low, low if high is None else high), by)


def rounding(low: float, high: float | None = None, *, by: float | Ends) -> Expected:
    return Expected("rounding", (low, low if high is None else high), by if isinstance(by, tuple) else (by, by))


def differs(low: float, high: float | None = None, *, by: float | Ends) -> Expected:
    return Expected("differs", (low, low if high is None else high), by if isinstance(by, tuple) else (by, by))


UNKNOWN = Expected("not_recomputable")
YES, NO = agrees(1), agrees(0)
"""Stated yes, and it is so; stated no, and it is so."""
YES_BUT_NO = differs(0, by=1)
"""Stated yes, and it is not so."""

# GB for a billion parameters, by the bits that llama.cpp keeps: Q2_K 3.1593 / 8 = 0.3949125, Q4_K_M 4.8944 / 8 =
# 0.6118, Q5_K_M 5.7036 / 8 = 0.71295, Q8_0 8.5008 / 8 = 1.0626
EXPECTED: Mapping[str, Expected] = {
    # ---- what limits the speed
    "ceiling_time_5090": rounding(0.022321429, by=-0.000321429),  # 40 / 1,792 s; stated 22 ms
    "ceiling_speed_5090": rounding(44.8, by=0.2),  # 1,792 / 40; stated 45
    "ceiling_speed_4090": rounding(25.2, by=-0.2),  # 1,008 / 40; stated 25
    # 0.2 x 1,792 / 150 = 2.389333, 1 - 1 / (0.8 + 2.389333) = 1 - 0.313545
    # 0.2 x 1,792 / 90 = 3.982222, 1 - 1 / (0.8 + 3.982222) = 1 - 0.209108
    "offload_20_percent": differs(68.645485, 79.089219, by=(-28.645485, -19.089219)),  # stated 40-60 %
    "link_latency_share": UNKNOWN,
    "link_pcie_5_both_directions": differs(128, by=-64),  # 16 x 4 x 2; stated 64
    "link_pcie_4_both_directions": differs(64, by=-32),  # 16 x 2 x 2; stated 32
    # ---- RTX 5090 against RTX 4090
    "spec_cuda_cores": rounding(32.8125, by=0.1875),  # 21,760 / 16,384 = 1.328125; stated 33 %
    "spec_tensor_cores": rounding(32.8125, by=0.1875),  # 680 / 512 = 1.328125; stated 33 %
    "spec_memory": rounding(33.333333, by=-0.333333),  # 32 / 24; stated 33 %
    "spec_bandwidth": rounding(77.777778, by=0.222222),  # 1,792 / 1,008 = 16 / 9; stated 78 %
    "spec_tflops": rounding(153.939394, by=0.060606),  # 838 / 330 = 2.539394; stated 154 %
    "spec_tdp": rounding(27.777778, by=0.222222),  # 575 / 450 = 23 / 18; stated 28 %
    "spec_pcie": agrees(1),  # 5 - 4
    "spec_msrp": agrees(400),  # 1,999 - 1,599
    # 3,500 - 1,400 and 4,200 - 1,700; stated 2,000, a twentieth of which is 100
    "spec_street": rounding(2100, 2500, by=(-100, -500)),
    "bench_batch_over_a100": UNKNOWN,
    # ---- RTX 5090: what fits, how fast
    "fits_5090_70b_q4_benchmark": YES_BUT_NO,  # 45 of 32
    "fits_5090_32b": YES,  # 18.5 of 32
    "fits_5090_70b_q3": YES_BUT_NO,  # 34 of 32
    "fits_5090_70b_q4": YES_BUT_NO,  # 45 of 32
    "speed_5090_70b_q4": differs(41.674419, by=(3.325581, 19.325581)),  # 1,792 / 43; stated 45-61
    # ---- RTX 4090: sizes, what fits, how fast
    "size_4090_8b": differs(4.8944, 4.912754, by=(0.6056, 0.587246)),  # 8 and 8.03 x 0.6118; stated 5.5
    "size_4090_7b": agrees(4.2826, 4.434326, by=(0.1174, -0.034326)),  # 7 and 7.248 x 0.6118; stated 4.4
    "size_4090_32b": differs(19.5776, 20.045015, by=(-1.0776, -1.545015)),  # 32 and 32.764 x 0.6118; stated 18.5
    "size_4090_70b_q4": agrees(42.826, 43.164937, by=(0.174, -0.164937)),  # 70 and 70.554 x 0.6118; stated 43
    "size_4090_70b_q2": differs(27.643875, 27.862657, by=(-6.643875, -6.862657)),  # x 0.3949125; stated 21
    "size_4090_r1_70b_q4": agrees(42.826, 43.164937, by=(0.174, -0.164937)),  # as above
    "fits_4090_8b": YES,  # 5.5 of 24
    "fits_4090_7b": YES,  # 4.4 of 24
    "fits_4090_32b": YES,  # 18.5 of 24
    "fits_4090_70b_q4": NO,  # 43 of 24
    "fits_4090_70b_q2": agrees(21),  # 23 needed of 24
    "fits_4090_r1_70b_q4": NO,  # 43 of 24
    # 24 / 1,008 = 0.0238095, 19 / 90 = 0.2111111, 19 / 150 = 0.1266667; 1 / 0.2349206 and 1 / 0.1504762
    "speed_4090_70b_q4": differs(4.256757, 6.645570, by=(5.743243, 8.354430)),  # stated 10-15
    "speed_4090_r1_70b_q4": differs(4.256757, 6.645570, by=(3.743243, 5.354430)),  # stated 8-12
    "speed_4090_70b_q2": agrees(18, 25),  # 1,008 / 21 = 48 is more
    # ---- two RTX 3090
    "dual3090_memory": agrees(48),  # 2 x 24
    "dual3090_price": agrees(1100, 1700),  # 2 x 550, 2 x 850
    "dual3090_link_ratio": agrees(3.5),  # 112 / 32
    "dual3090_link_gain": agrees(3.5),  # 112 / 32
    "dual3090_power": agrees(700),  # 2 x 350
    "dual3090_supply": differs(0, by=850),  # 700 + 250 + 100 = 1,050 is more than 850
    # 1,100 / 6,500, 1,700 / 8,000; stated 40-60 %
    "dual3090_cost_share": differs(16.923077, 21.25, by=(23.076923, 38.75)),
    "dual3090_speed": agrees(28, 35),  # 2 x 936 / 43 = 43.5 is more
    "dual3090_speed_listed": agrees(25, 35),  # 43.5 is more
    # ---- eight RTX 3090
    "octo3090_memory": agrees(192),  # 8 x 24
    "octo3090_pair_memory": agrees(48),  # 2 x 24
    "octo3090_memory_of_pairs": agrees(192),  # 4 x 48
    "octo3090_fits_405b": YES_BUT_NO,  # 230 of 192
    "octo3090_cost": UNKNOWN,
    # ---- RTX 6000 Ada against RTX 4090
    "ada_memory": agrees(2),  # 48 / 24
    "ada_tdp": rounding(33.333333, by=-0.333333),  # 1 - 300 / 450; stated 33 %
    "ada_tflops": rounding(10.290557, by=-0.290557),  # 91.1 / 82.6 = 1.102906; stated 10 %
    "ada_cache": rounding(33.333333, by=-0.333333),  # 96 / 72; stated 33 %
    "ada_price": agrees(4.642857, 4.705882, by=(-0.642857, 0.294118)),  # 6,500 / 1,400, 8,000 / 1,700; within 4-5
    "ada_fits_70b": YES,  # 45 of 48
    "ada_speed_70b": agrees(18.4),  # 960 / 43 = 22.3 is more
    "ada_speed_8b_fp16": agrees(52),  # 960 / 16 = 60 is more
    # ---- L40S
    "l40s_dual_memory": agrees(96),  # 2 x 48
    "l40s_quad_memory": agrees(192),  # 4 x 48
    "l40s_octo_memory": agrees(384),  # 8 x 48
    "l40s_quad_price": agrees(28_000, 48_000),  # 4 x 7,000, 4 x 12,000
    "l40s_quad_fits_70b": YES,  # 140 of 192
    "l40s_quad_fits_405b": YES,  # 115 of 192
    "l40s_octo_fits_405b": YES,  # 230 of 384
    "l40s_octo_fits_671b": YES,  # 350 of 384
    "l40s_speed_70b": agrees(15.3),  # 864 / 43 = 20.1 is more
    "l40s_dual_speed_70b_q8": agrees(22),  # 2 x 864 / 74 = 23.4 is more
    # ---- table of cards
    "amd_speed_share": agrees(60, by=(-20, 0)),  # 6 / 10; within 40-60 %
    # as the RTX 4090 above; 1 / (24 / 960 + 19 / 90) = 1 / 0.2361111, and 1 / 0.1516667 = 6.59 is more than 6
    "matrix_4090_speed": differs(4.256757, 6.645570, by=(5.743243, 3.354430)),  # stated 10
    "matrix_7900xtx_speed": agrees(4.235294, 6, by=(1.764706, 0)),  # stated 6
    "matrix_5090_speed": agrees(45),  # 1,792 / 32 = 56 is more
    "matrix_2x3090_speed": agrees(28, 35),  # 2 x 936 / 43 = 43.5 is more
    "matrix_ada_speed": agrees(18.4),  # 960 / 43 = 22.3 is more
    "matrix_l40s_speed": agrees(15.3),  # 864 / 43 = 20.1 is more
    "matrix_2x3090_memory": agrees(48),  # 2 x 24
    "matrix_2x3090_price": agrees(1100, 1700),  # 2 x 550, 2 x 850
    "matrix_2x5090_memory": agrees(64),  # 2 x 32
    "matrix_2x5090_price": agrees(7000, 8400),  # 2 x 3,500, 2 x 4,200
    "matrix_5090_70b_exceeds": NO,  # 43 of 32
    # ---- two RTX 5090
    "dual5090_memory": agrees(64),  # 2 x 32
    "dual5090_price": agrees(7000, 8400),  # 2 x 3,500, 2 x 4,200
    # the parts of tier 2 are 11,305-14,505, see there; stated 12,000-15,000
    "dual5090_system_price": differs(11_305, 14_505, by=(695, 495)),
    "dual5090_fits_70b": YES,  # 45 of 64
    "dual5090_fits_405b": NO,  # 115 of 64
    "dual5090_size_405b": differs(159.939563, 160.276423, by=(-44.939563, -45.276423)),  # 405 and 405.853 x 0.3949125
    # 2 x 1,792 / 43 = 83.348837; x 0.75 = 62.511628, x 0.85 = 70.846512
    "dual5090_speed_70b": differs(62.511628, 70.846512, by=(7.488372, 14.153488)),  # stated 70-85
    "dual5090_speed_r1_70b": differs(62.511628, 70.846512, by=(2.488372, 9.153488)),  # stated 65-80
    "tier2_speed_70b": differs(62.511628, 70.846512, by=(7.488372, 14.153488)),  # stated 70-85
    "matrix_2x5090_speed": differs(62.511628, 70.846512, by=(7.488372, 14.153488)),  # the same
    "dual5090_users_4": differs(17.5, 21.25, by=(-2.5, -1.25)),  # 70 / 4, 85 / 4; stated 15-20
    "dual5090_users_6": differs(11.666667, 14.166667, by=(3.333333, 5.833333)),  # 70 / 6, 85 / 6; stated 15-20
    # ---- processors
    "bandwidth_9995wx": agrees(409.6),  # 8 x 6,400 x 8 / 1,000
    "bandwidth_9995wx_matrix": agrees(409.6),  # 8 x 6,400 x 8 / 1,000
    "bandwidth_7995wx_matrix": differs(332.8, by=-25.6),  # 8 x 5,200 x 8 / 1,000; stated 307.2
    "bandwidth_285k": rounding(102.4, by=-0.4),  # 2 x 6,400 x 8 / 1,000; stated 102
    "bandwidth_285k_matrix": rounding(102.4, by=-0.4),  # 2 x 6,400 x 8 / 1,000; stated 102
    "bandwidth_9950x_matrix": differs(89.6, by=10.4),  # 2 x 5,600 x 8 / 1,000; stated 100
    "bandwidth_epyc_matrix": rounding(460.8, by=-0.8),  # 12 x 4,800 x 8 / 1,000; stated 460
    "bandwidth_7995wx_deficit": differs(25, by=(-15, -10)),  # 307.2 / 409.6 = 0.75; stated 10-15 %
    "speed_9995wx_over_xeon": UNKNOWN,
    "speed_9950x_over_285k": UNKNOWN,
    "cache_9995wx_models": differs(3000, 3750, by=(-2616, -3366)),  # 12 x 2 / 8 and 15 x 2 / 8 GB; the cache has 384 MB
    "lanes_9995wx_matrix": agrees(8),  # 128 / 16
    "lanes_7995wx_matrix": agrees(8),  # 128 / 16
    "lanes_9950x_matrix": agrees(1, by=(0, 1)),  # 24 / 16; within 1-2
    "lanes_285k_matrix": agrees(1, by=(0, 1)),  # 24 / 16; within 1-2
    "lanes_epyc_matrix": agrees(10),  # 160 / 16
    "lanes_285k_heading": differs(1, by=3),  # 24 / 16; stated 4
    "lanes_285k_two": agrees(2),  # 24 / 8 is 3
    "lanes_9950x_one": agrees(1),  # 24 / 16
    "threads_285k": agrees(32),  # 24 + 8
    # ---- boards
    "slots_wrx90e": agrees(7),  # 128 / 16 is 8
    "slots_wrx90e_ada": agrees(4),  # 7 slots, lanes for 8
    "slots_wrx90e_4090": agrees(6),  # (128 - 4 x 4) / 16 = 7, and 7 slots
    "lanes_trx50": agrees(4),  # 64 / 16
    "slots_trx50": agrees(6),  # 4 + 2
    "slots_z890_apex": differs(1, by=1),  # 24 / 16; stated 2
    "slots_proart_x870e": differs(1, by=1),  # 24 / 16; stated 2
    # ---- memory kits and host memory
    "kit_trident_z5_neo": agrees(128),  # 2 x 64
    "kit_fury_beast": agrees(128),  # 4 x 32
    "kit_fury_renegade": agrees(256),  # 8 x 32
    "kit_g5": agrees(256),  # 8 x 32
    "kit_a_tech": agrees(512),  # 8 x 64
    "kit_v_color": rounding(2048, by=-48),  # 8 x 256; stated 2 TB
    "kit_trident_z5_neo_bandwidth": agrees(96),  # 2 x 6,000 x 8 / 1,000
    "kit_fury_renegade_bandwidth": differs(358.4, by=-51.4),  # 8 x 5,600 x 8 / 1,000; stated at most 307
    "offload_ratio": rounding(4.096, by=-0.096),  # 409.6 / 100; stated 4
    "host_405b_minimum": agrees(256),  # 230 of 256
    "host_405b_size": differs(247.779, by=-132.779),  # 405 x 0.6118; stated 115
    "host_405b_512gb": agrees(512),  # 230 of 512
    "host_671b_512gb": agrees(512),  # 671 x 4 / 8 = 335.5 of 512
    "host_671b_2tb": agrees(2000),  # 335.5 of 2,000
    "kv_cache_70b": differs(41.94304, by=(-31.94304, -21.94304)),  # 128,000 x 327,680 bytes; stated 10-20 GB
    # ---- storage
    "file_7b": agrees(4.2826, by=(-0.2826, 0.7174)),  # 7 x 0.6118, within 4-5
    "file_70b": agrees(42.826, by=(-2.826, 0.174)),  # 70 x 0.6118, within 40-43
    "file_405b_q4": differs(247.779, by=-17.779),  # 405 x 0.6118; stated 230, a twentieth of which is 11.5
    "file_405b_q4_k_m": differs(247.779, 248.300865, by=(-15.779, -16.300865)),  # 405 and 405.853 x 0.6118; stated 232
    "load_time_pcie4": agrees(6.142857, by=(-0.142857, 0.857143)),  # 43 / 7; within 6-7
    "load_time_pcie3": agrees(12.285714, by=(-0.285714, 1.714286)),  # 43 / 3.5; within 12-14
    "load_time_pcie5": agrees(3.071429, by=(-0.071429, 0.928571)),  # 43 / 14; within 3-4
    # (150 + 140 + 120 + 145) / 4 = 138.75, 220 / 138.75 = 1.585586; (280 + 260 + 230 + 270) / 4 = 260, 390 / 260 = 1.5
    "pcie5_premium_2tb": agrees(58.558559, by=(-18.558559, 1.441441)),  # within 40-60 %
    "pcie5_premium_4tb": agrees(50, by=(-10, 10)),  # within 40-60 %
    "drives_price": agrees(300),  # 2 x 150
    "drives_capacity": agrees(4000),  # 2 x 2,000
    "drives_models": agrees(5, 8),  # 34 x 16 / 8 = 68; 2,000 / 68 = 29.4, and 29 is more than 8
    # ---- power supplies
    "psu_single_sum": agrees(925),  # 575 + 250 + 100
    "psu_single_supply": agrees(1200),  # 925 of 1,200
    "psu_single_load_1200w": differs(77.083333, by=12.916667),  # 925 / 1,200; stated 90 %
    "psu_single_load_1000w": differs(92.5, by=2.5),  # 925 / 1,000; stated 95 %
    "psu_dual_cards": agrees(1150),  # 2 x 575
    "psu_dual_sum": agrees(1500),  # 1,150 + 250 + 100
    "psu_dual_supply": agrees(1600),  # 1,500 of 1,600
    "psu_four_cards": differs(1400, by=200),  # 4 x 350; stated at least 1,600
    "psu_four_sum": agrees(2100),  # 1,600 + 350 + 150
    "psu_four_two_supplies": agrees(1200, 1600),  # 2,100 of 2,400
    "psu_four_one_supply": differs(0, by=2000),  # 2,100 is more than 2,000
    "psu_class_5090": agrees(1200),  # 575 + 250 + 100 = 925
    "psu_class_2x4090": differs(0, by=1200),  # 900 + 250 + 100 = 1,250 is more than 1,200
    "psu_class_2x5090": agrees(1600),  # 1,150 + 250 + 100 = 1,500
    "psu_class_3x4090": differs(0, by=1600),  # 1,350 + 250 + 100 = 1,700 is more than 1,600
    "psu_asus_cards": agrees(2),  # (1,600 - 250 - 100) / 575 = 2.17
    "psu_two_tx1300": agrees(2600),  # 2 x 1,300
    # ---- DGX Spark
    "spark_cores": agrees(20),  # 10 + 10
    "spark_pflop": UNKNOWN,
    "spark_ratio": differs(6.564103, by=(-1.564103, -0.564103)),  # 1,792 / 273; stated 5-6
    "spark_speed": differs(0, by=(2, 10)),  # 273 / 43 = 6.3 is less than 10
    "spark_200b": agrees(128),  # 200 x 4 / 8 = 100 of 128
    "spark_two_405b": agrees(128),  # 405 x 4 / 8 = 202.5 of 256
    "spark_models_range": agrees(100, 200),  # 128 x 8 / 4 = 256 is more
    "spark_models_advice": agrees(70, 200),  # 128 x 8 / 4 = 256 is more
    # ---- Apple
    "mac_ratio": agrees(2.24, by=(-0.24, 0.76)),  # 1,792 / 800; within 2-3
    "mac_size_70b_q8": differs(74.382, 74.970680, by=(-4.382, -4.970680)),  # 70 and 70.554 x 1.0626; stated 70
    "mac_size_405b_q2": differs(159.939563, 160.276423, by=(-59.939563, -45.276423)),  # stated 100-115
    "mac_fits_70b_q8": agrees(70),  # of 192
    "mac_fits_405b_q2": agrees(100, 115),  # of 192
    "mac_models_advice": agrees(70, 192),  # 192 x 8 / 4 = 384 is more
    "mac_speed_q4": differs(0, by=(15, 25)),  # 800 / 43 = 18.6 is less than 25
    "mac_speed_70b_q8": differs(11.428571, by=(3.571429, 13.571429)),  # 800 / 70; stated 15-25
    "mac_speed_405b_q2": agrees(2, 5),  # 800 / 115 = 6.96 is more
    # 32 / 1,792 = 0.0178571, 38 / 90 = 0.4222222, 38 / 150 = 0.2533333; 1 / 0.4400794 and 1 / 0.2711905
    "mac_speed_5090_offload": differs(2.272317, 3.687445, by=(0.727683, 1.312555)),  # stated 3-5
    "mac_power_against": agrees(900, 1100, by=(-200, -400)),  # tier 1 uses least; stated at least 700
    # ---- tier 1
    # 3,500 + 580 + 520 + 280 + 145 + 260 + 270 + 120 + 170 = 5,845
    # 4,200 + 650 + 560 + 320 + 160 + 280 + 300 + 200 + 220 = 6,890; stated 7,110
    "tier1_total": differs(5845, 6890, by=(0, 220)),
    "tier1_heading": differs(5845, 6890, by=(-845, 110)),  # stated 5,000-7,000; a twentieth of 5,000 is 250
    "tier1_closing": rounding(5845, 6890, by=(155, 110)),  # stated 6,000-7,000; a twentieth is 300 and 350
    "tier1_budget": agrees(7000, 8000),  # 5,845 and 6,890 are less
    "tier1_server_2022": UNKNOWN,
    "tier1_memory_kit": agrees(128),  # 2 x 64
    "tier1_fits_32b": YES,  # 18.5 of 32
    "tier1_size_72b": differs(32.914286, by=-5.914286),  # 72 x 32 / 70; stated 27
    "tier1_speed_32b": agrees(65),  # 1,792 / 18.5 = 96.9 is more
    "tier1_speed_72b": differs(50, 54.444444, by=(0, 5.555556)),  # 1,792 x 70 / (72 x 32) is less than 60
    # 32 / 1,792 + 11 / 96 = 0.0178571 + 0.1145833 = 0.1324405
    "tier1_speed_70b": differs(7.550562, by=(22.449438, 32.449438)),  # stated 30-40
    "tier1_power_sum": agrees(925, by=(-25, 175)),  # 575 + 250 + 100; within 900-1,100
    # 575 + 240 + 50 + 30, 575 + 240 + 100 + 60; stated 900-1,100
    "tier1_power_parts": differs(895, 975, by=(5, 125)),
    "tier1_circuit_15a": agrees(15),  # 15 x 120 x 0.8 = 1,440; 1,100 is less
    "tier1_circuit_20a": agrees(20),  # 20 x 120 x 0.8 = 1,920
    # ---- tier 2
    # 7,000 + 1,400 + 800 + 200 + 150 + 560 + 695 + 250 + 250 = 11,305
    # 8,400 + 2,800 + 900 + 450 + 150 + 560 + 695 + 250 + 300 = 14,505; stated 14,255
    "tier2_total": differs(11_305, 14_505, by=(0, -250)),
    "tier2_heading": differs(11_305, 14_505, by=(695, 1495)),  # stated 12,000-16,000; half of a thousand is 500
    "tier2_budget": agrees(12_000, 16_000),  # 11,305 and 14,505 are less
    "tier2_cards_price": agrees(7000, 8400),  # 2 x 3,500, 2 x 4,200
    "tier2_drives_price": agrees(560),  # 2 x 280
    "tier2_cards_memory": agrees(64),  # 2 x 32
    "tier2_drives_capacity": agrees(8000),  # 2 x 4,000
    "tier2_drives_read": differs(14.9, by=-1.9),  # 2 x 7.45; stated 13
    "tier2_slots": agrees(1, 4, by=(3, 0)),  # 24 / 16 is 1, 64 / 16 is 4
    "tier2_memory_kit_64gb": agrees(64),  # 4 x 16
    "tier2_memory_kit_128gb": agrees(128),  # 4 x 32
    "tier2_fits_70b_q4": YES,  # 45 of 64
    "tier2_fits_70b_q5": YES,  # 50 of 64
    "tier2_size_70b_q5": agrees(49.9065, 50.301474, by=(0.0935, -0.301474)),  # 70 and 70.554 x 0.71295; stated 50
    "tier2_size_405b_q2": differs(159.939563, 160.276423, by=(-44.939563, -45.276423)),  # stated 115
    "tier2_offload_405b": agrees(115),  # more than 64, less than 64 + 64
    "tier2_speed_70b_q5": agrees(55, 65),  # 2 x 1,792 / 50 = 71.7 is more
    # 4 x 5,600 x 8 / 1,000 = 179.2; 64 / 3,584 + 51 / 179.2 = 0.0178571 + 0.2845982 = 0.3024554
    "tier2_speed_405b": differs(3.306273, by=(6.693727, 14.693727)),  # stated 10-18
    "tier2_users": rounding(
        17.5, 21.25, by=(0.5, 0.75)
    ),  # 70 / 4, 85 / 4; about 18-22, a twentieth of which is 0.9 and 1.1
    "tier2_power_sum": agrees(1500, by=(-100, 100)),  # 1,150 + 250 + 100; within 1,400-1,600
    # 1,150 + 350 + 50 + 30, 1,150 + 350 + 100 + 60; stated 1,400-1,600
    "tier2_power_parts": differs(1580, 1660, by=(-180, -60)),
    "tier2_circuit_20a_120v": agrees(20),  # 20 x 120 x 0.8 = 1,920; 1,600 is less
    "tier2_circuit_15a_240v": agrees(15),  # 15 x 240 x 0.8 = 2,880
    # ---- tier 3
    # 28,000 + 3,500 + 1,247 + 1,200 + 150 + 1,040 + 120 + 720 + 500 + 300 = 36,777
    # 32,000 + 4,500 + 1,291 + 1,400 + 150 + 1,040 + 120 + 720 + 800 + 600 = 42,621; stated 42,631
    "tier3_total": differs(36_777, 42_621, by=(0, 10)),
    "tier3_heading": differs(36_777, 42_621, by=(-11_777, 2379)),  # stated 25,000 to 45,000 or more
    "tier3_closing": agrees(36_777, 42_621, by=(3223, -2621)),  # 40,000 is within
    "tier3_cards_price": differs(28_000, 48_000, by=(0, -16_000)),  # 4 x 7,000, 4 x 12,000; stated 28,000-32,000
    "tier3_drives_price": agrees(1040),  # 4 x 260
    "tier3_supplies_price": differs(740, 760, by=(-20, -40)),  # 2 x 360 + 20, + 40; stated 720
    "tier3_cards_memory": agrees(192),  # 4 x 48
    "tier3_drives_capacity": agrees(16_000),  # 4 x 4,000
    "tier3_supplies_rating": agrees(2600),  # 2 x 1,300
    "tier3_memory_kit": agrees(256),  # 8 x 32
    "tier3_memory_bandwidth": differs(358.4, by=-51.4),  # 8 x 5,600 x 8 / 1,000; stated 307
    "tier3_lanes": agrees(128),  # 4 x 16 = 64 of 128
    "tier3_fits_70b_q8": YES,  # 74 of 192
    "tier3_fits_70b_fp16": YES,  # 140 of 192
    "tier3_size_70b_q8": rounding(74.382, 74.970680, by=(-0.382, -0.970680)),  # 70 and 70.554 x 1.0626; about 74
    "tier3_size_70b_fp16": agrees(140),  # 70 x 16 / 8
    "tier3_size_405b_q4": differs(247.779, 248.300865, by=(-17.779, -18.300865)),  # stated 230
    "tier3_size_671b_q2": differs(264.986288, 264.996555, by=(85.013712, 85.003445)),  # 671 and 671.026 x 0.3949125
    "tier3_offload_405b": agrees(230),  # more than 192, less than 192 + 256
    "tier3_offload_671b": agrees(350),  # more than 192, less than 448
    "tier3_host_671b": agrees(256),  # 350 - 192 = 158 of 256
    "tier3_speed_70b_q8": agrees(35, 45),  # 4 x 864 / 74 = 46.7 is more
    "tier3_speed_70b_fp16": rounding(18, 24.685714, by=(0, 0.314286)),  # 4 x 864 / 140; stated 18-25
    # 192 / 3,456 + 38 / 307 = 0.0555556 + 0.1237785 = 0.1793341
    "tier3_speed_405b": differs(5.576186, by=(2.423814, 9.423814)),  # stated 8-15
    "tier3_speed_671b": UNKNOWN,
    "tier3_users": UNKNOWN,
    "tier3_power_sum": agrees(2100, by=(-100, -100)),  # 1,600 + 350 + 150; stated at least 2,000
    # 4 x 350 + 350 + 50 + 30, 1,400 + 350 + 100 + 60; stated at least 2,000
    "tier3_power_parts": differs(1830, 1910, by=(170, 90)),
    "tier3_electricity": agrees(2628),  # 2 kW x 24 x 365 = 17,520 kWh at 0.15
    "tier3_circuit_20a_240v": agrees(20),  # 20 x 240 x 0.8 = 3,840; 2,000 is less
    "tier3_circuits_two_20a": agrees(20),  # 2 x 20 x 120 x 0.8 = 3,840
    # ---- engines
    "exllamav2_13b": agrees(83.870968, by=(-33.870968, 1.129032)),  # 57 / 31; within 50-85 %
    "exllamav2_7b": differs(126.923077, by=(-76.923077, -41.923077)),  # 118 / 52; stated 50-85 %
    "batch_total_vllm": UNKNOWN,
    "batch_total_llamacpp": UNKNOWN,
    # ---- quantisations of a 70B model
    "quant_size_fp16": agrees(140),  # 70 x 16 / 8
    "quant_size_q8": rounding(74.382, by=-0.382),  # 70 x 1.0626; stated 74
    "quant_size_q5": rounding(49.9065, by=-1.9065),  # 70 x 0.71295; about 48, a twentieth of which is 2.4
    "quant_size_q4": rounding(42.826, by=0.174),  # 70 x 0.6118; stated 43
    "quant_size_q3": differs(35.006925, by=-3.006925),  # 70 x 3.74 GiB / 8.03 = 70 x 4.015794 / 8.03; stated 32
    "quant_size_q2": differs(27.643875, by=-6.643875),  # 70 x 0.3949125; stated 21
    "quant_needed_fp16": agrees(142, by=(-2, -2)),  # 140 + 2; stated at least 140
    "quant_needed_q8": agrees(76),  # 74 + 2
    "quant_needed_q5": agrees(50),  # 48 + 2
    "quant_needed_q4": agrees(45),  # 43 + 2
    "quant_needed_q3": agrees(34),  # 32 + 2
    "quant_needed_q2": agrees(23),  # 21 + 2
    # ---- which model runs on which tier
    "compat_size_llama_3_8b_tier1": differs(8.5008, 8.532678, by=(-3.5008, -3.532678)),  # 8 and 8.03 x 1.0626; stated 5
    "compat_size_llama_3_8b_tier2": agrees(16),  # 8 x 16 / 8
    "compat_size_qwen_14b_tier1": differs(
        14.8764, 15.694602, by=(-0.8764, -1.694602)
    ),  # 14 and 14.77 x 1.0626; about 14
    "compat_size_qwen_14b_tier2": agrees(28),  # 14 x 16 / 8
    "compat_size_r1_32b_tier1": rounding(19.5776, 20.045015, by=(-0.5776, -1.045015)),  # x 0.6118; about 19
    "compat_size_r1_32b_tier2": differs(34.0032, 34.815026, by=(-2.0032, -2.815026)),  # x 1.0626; about 32
    "compat_size_llama_3_70b_tier1": rounding(35.006925, 35.283980, by=(-1.006925, -1.283980)),  # x 0.500099; about 34
    "compat_size_llama_3_70b_tier2": agrees(42.826, 43.164937, by=(0.174, -0.164937)),  # x 0.6118; stated 43
    "compat_size_llama_3_70b_tier3": rounding(74.382, 74.970680, by=(-0.382, -0.970680)),  # x 1.0626; stated 74
    "compat_size_r1_70b_tier2": agrees(42.826, 43.164937, by=(0.174, -0.164937)),  # x 0.6118; stated 43
    "compat_size_r1_70b_tier3": rounding(74.382, 74.970680, by=(-0.382, -0.970680)),  # x 1.0626; stated 74
    "compat_size_qwen_72b_tier1": differs(32.914286, by=-5.914286),  # 72 x 32 / 70; stated 27
    "compat_size_qwen_72b_tier2": rounding(
        44.0496, 44.481531, by=(-0.0496, -0.481531)
    ),  # 72 and 72.706 x 0.6118; stated 44
    "compat_size_qwen_72b_tier3": rounding(
        76.5072, 77.257396, by=(-1.5072, -2.257396)
    ),  # x 1.0626; about 75, a twentieth 3.75
    "compat_fits_llama_3_8b_tier1": YES,  # 5 of 32
    "compat_fits_llama_3_8b_tier2": YES,  # 16 of 64
    "compat_fits_llama_3_8b_tier3": YES,  # 16 of 192
    "compat_fits_qwen_14b_tier1": YES,  # 14 of 32
    "compat_fits_qwen_14b_tier2": YES,  # 28 of 64
    "compat_fits_qwen_14b_tier3": YES,  # 28 of 192
    "compat_fits_r1_32b_tier1": YES,  # 19 of 32
    "compat_fits_r1_32b_tier2": YES,  # 32 of 64
    "compat_fits_r1_32b_tier3": YES,  # 64 of 192
    "compat_offload_llama_3_70b_tier1": agrees(34),  # more than 32, less than 32 + 128
    "compat_fits_llama_3_70b_tier2": YES,  # 43 of 64
    "compat_fits_llama_3_70b_tier3": YES,  # 74 of 192
    "compat_fits_r1_70b_tier1": UNKNOWN,
    "compat_fits_r1_70b_tier2": YES,  # 43 of 64
    "compat_fits_r1_70b_tier3": YES,  # 74 of 192
    "compat_fits_qwen_72b_tier1": YES_BUT_NO,  # 72 x 32 / 70 = 32.9 of 32
    "compat_fits_qwen_72b_tier2": YES,  # 44 of 64
    "compat_fits_qwen_72b_tier3": YES,  # 75 of 192
    "compat_fits_llama_405b_tier1": NO,  # 115 of 32
    "compat_fits_llama_405b_tier2": UNKNOWN,
    "compat_fits_llama_405b_tier3": UNKNOWN,
    "compat_fits_r1_671b_tier1": NO,  # 350 of 32
    "compat_fits_r1_671b_tier2": NO,  # 350 of 64
    "compat_fits_r1_671b_tier3": UNKNOWN,
    # ---- where to buy, and what was reported
    "street_bandwidth_share": rounding(
        56.25, by=-1.25
    ),  # 1,008 / 1,792 = 9 / 16; about 55 %, a twentieth of which is 2.75
    "street_price_share": differs(40, 40.476190, by=(-7, -7.476190)),  # 1,400 / 3,500, 1,700 / 4,200; stated 33 %
    "pair_budget": agrees(3000),  # 2 x 550 and 2 x 850 are less
    "craftrigs_memory": agrees(64),  # 2 x 32
    "craftrigs_users": differs(14.166667, 17.5, by=(5.833333, 2.5)),  # 85 / 6, 70 / 4; stated at least 20
}

Row = Mapping[str, Any]
Recomputed = tuple[pl.DataFrame, dict[str, pl.DataFrame]]


@pytest.fixture(scope="module")
def recomputed() -> Recomputed:
    """The readings of all sources, some of which lend a figure, and the claims of this one recomputed."""
    project = Project(CHECKOUT)
    vocabulary = load_vocabulary(project.vocabulary)
    sources = load_sources(project.raw, project.root, vocabulary)
    cells = read_all_cells(sources).rename({"raw_row": "row", "raw_column": "column", "raw_text": "text"})
    observations = observe(sources, cells, vocabulary, load_catalogue(project.catalogue)).observations
    declared = [claim for claim in load_claims(sources) if claim.source_id == SOURCE_ID]
    return observations, evaluate_claims(declared, observations, vocabulary)


@pytest.fixture(scope="module")
def claims(recomputed: Recomputed) -> Mapping[str, Row]:
    """The evaluated claims of the source, by their names in its file."""
    return {row["claim_id"].removeprefix(f"{SOURCE_ID}/"): row for row in recomputed[1]["claims"].to_dicts()}


def test_every_claim_of_the_file_was_worked_out_by_hand(claims: Mapping[str, Row]) -> None:
    assert set(claims) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_verdict_and_the_figures_are_those_worked_out_by_hand(name: str, claims: Mapping[str, Row]) -> None:
    claim, expected = claims[name], EXPECTED[name]
    assert claim["verdict"] == expected.verdict, claim["arithmetic"]
    assert (claim["recomputed_low"], claim["recomputed_high"]) == _near(expected.recomputed)
    assert (claim["difference_lower_end"], claim["difference_upper_end"]) == _near(expected.difference)


def test_a_claim_that_cannot_be_worked_out_says_why(claims: Mapping[str, Row]) -> None:
    unknown = {name for name, expected in EXPECTED.items() if expected is UNKNOWN}
    assert {name for name, row in claims.items() if row["reason"]} == unknown


@pytest.mark.parametrize(
    ("name", "relative"),
    [
        ("tier1_total", 0.031930),  # 220 / 6,890
        ("tier2_total", -0.017235),  # -250 / 14,505
        ("tier3_total", 0.000235),  # 10 / 42,621
        ("tier3_cards_price", -0.333333),  # -16,000 / 48,000
        ("tier3_supplies_price", -0.027027),  # -20 / 740, the nearer end
        ("bandwidth_7995wx_matrix", -0.076923),  # -25.6 / 332.8
        ("tier3_memory_bandwidth", -0.143415),  # -51.4 / 358.4
        ("spark_ratio", -0.085938),  # -0.564103 / 6.564103, the nearer end
        ("dual3090_cost_share", 1.823529),  # 38.75 / 21.25, the end that is further off
        ("tier3_size_671b_q2", 0.320772),  # 85.003445 / 264.996555
        ("tier3_electricity", 0.0),
    ],
)
def test_the_relative_difference_is_of_the_recomputed_figure(
    name: str, relative: float, claims: Mapping[str, Row]
) -> None:
    assert claims[name]["relative_difference"] == pytest.approx(relative, abs=1e-6)


def test_figures_that_the_source_derived_are_checked_or_feed_a_check(recomputed: Recomputed) -> None:
    observations, frames = recomputed
    derived = observations.filter(pl.col("is_derived") & (pl.col("source_id") == SOURCE_ID))["observation_id"]
    covered = {*frames["claims"]["observation_id"], *frames["claim_inputs"]["observation_id"]}
    assert sorted(set(derived) - covered) == []


def test_a_bill_that_lists_drives_of_two_kinds_counts_both_in_its_total(recomputed: Recomputed) -> None:
    """The one cell of tier 3 with two prices gives two terms of the sum."""
    claims = recomputed[1]["claims"]
    total = claims.row(by_predicate=pl.col("claim_id") == f"{SOURCE_ID}/tier3_total", named=True)
    assert (total["raw_row"], total["raw_column"], total["raw_text"]) == (11, "Price", "~$36,777–$42,631")
    assert total["arithmetic"] == (
        "28,000–32,000 + 3,500–4,500 + 1,247–1,291 + 1,200–1,400 + 150 + 1,040 + 120 + 720 + 500–800 + 300–600"
        " = 36,777–42,621 USD"
    )


def _near(ends: Ends | None) -> tuple[Any, Any]:
    """Both ends to six digits; None where nothing is expected."""
    return (None, None) if ends is None else (_end(ends[0]), _end(ends[1]))


def _end(end: float) -> Any:
    return pytest.approx(end, rel=1e-6, abs=1e-6)

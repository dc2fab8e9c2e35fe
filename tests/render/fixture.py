"""A tiny published database and a small report for the tests of the renderers. No test stands here.

The rows are made up: a few systems, one of whose names is as hostile as a scraped page can be.
"""

import shutil
from pathlib import Path

import duckdb

REPORTS = Path(__file__).parents[2] / "reports"
PAGES = Path(__file__).parent / "pages"
HOSTILE = (
    "<script>alert(1)</script> ```{=html} [x](javascript:alert(2)) {{< include /etc/passwd >}} **b** =1+1 </table>"
)

_TABLES = """
create table builds as
select * from (values
    ('single-4090', '1x RTX 4090', 'GeForce', 24.0),
    ('dual-3090-tower', '2x RTX 3090 tower', 'GeForce', 48.0),
    ('maxq-1x', 'RTX PRO 6000 Max-Q', 'RTX workstation', 96.0),
    ('mac-studio-m3-ultra', 'Mac Studio M3 Ultra', 'Apple', 512.0),
    ('quad-l40s', '4x L40S server', 'Data centre', 192.0),
    ('dgx-spark', 'DGX Spark', 'Grace Blackwell', 128.0),
    ('hostile', $hostile, 'Other', null)
) as t(build_id, name, family, accelerator_memory_gb);

create table cost_per_token as
select * from (values
    ('single-4090', 'llama-3-8b', 0.31, 0.39, 0.52, 0.22, 0.17, 104.0, 'measured'),
    ('dual-3090-tower', '70b', 2.10, 2.87, 3.90, 1.60, 1.27, 17.0, 'measured'),
    ('maxq-1x', '70b', 3.20, 3.79, 4.40, 3.30, 0.49, 34.0, 'measured'),
    ('mac-studio-m3-ultra', '70b', 6.90, 8.05, 9.60, 7.70, 0.35, 14.0, 'modelled'),
    ('quad-l40s', '70b', 9.40, 11.80, 15.20, 9.30, 2.50, 42.0, 'modelled'),
    ('dgx-spark', '70b', 12.10, 14.90, 19.00, 14.10, 0.80, 2.7, 'measured'),
    ('hostile', '70b', null, null, null, null, null, 900.0, 'impossible')
) as t(build_id, model_id, usd_per_mtok_low, usd_per_mtok_mid, usd_per_mtok_high, capex_usd_per_mtok,
       power_usd_per_mtok, tokens_per_s_mid, throughput_basis);

create table build_costs as
select * from (values
    ('single-4090', 1600.0, 2400.0, '2026-04-01', null),
    ('dual-3090-tower', 2190.0, 2900.0, '2025-12-31', null),
    ('maxq-1x', 10990.0, 10990.0, '2025-10-06', null),
    ('mac-studio-m3-ultra', 9499.0, null, '2025-12-31', 'only a starting price is stated'),
    ('quad-l40s', 34000.0, 41000.0, '2026-04-01', null),
    ('dgx-spark', 3999.0, 4699.0, '2026-04-01', null),
    ('hostile', null, null, null, 'no part is priced')
) as t(build_id, capex_low_usd, capex_high_usd, observed_on, missing);

create table cloud_roi as
select * from (values
    ('single-4090', 1.9, 3.1, true), ('dual-3090-tower', 2.4, null, true), ('maxq-1x', 2.867, 4.2, true),
    ('mac-studio-m3-ultra', null, null, false), ('quad-l40s', 5.0, 7.75, true), ('dgx-spark', null, null, false),
    ('hostile', null, null, null)
) as t(build_id, payback_years_low, payback_years_high, pays_back);

create table prices as
select 'part-' || n as hardware_id, 'Part number ' || n as name, 100.0 * n as price_low_usd,
       case when n % 3 = 0 then null else 110.0 * n end as price_high_usd
from range(1, 25) as r(n);

create table refreshes as
select '2026-11-20-1' as refresh_id, date '2026-04-30' as as_of, '9f2c61d0a7b3' as raw_digest, '0.1.0' as code_version
"""


def write_database(path: Path) -> Path:
    """Write the tables to a new database at `path` and return it."""
    quoted = "'" + HOSTILE.replace("'", "''") + "'"
    with duckdb.connect(str(path)) as connection:
        connection.execute(_TABLES.replace("$hostile", quoted))
    return path


def write_project(root: Path, pages: dict[str, str] | Path = PAGES) -> Path:
    """Write a project at `root` whose report has the figures, assets and queries of this checkout and `pages`.
    Returns `root`."""
    reports = root / "reports"
    shutil.copytree(REPORTS.parent / "queries", root / "queries")
    for name in ("figures", "assets"):
        ignored = shutil.ignore_patterns("__pycache__", "vega.js", "footer.html")
        shutil.copytree(REPORTS / name, reports / name, ignore=ignored)
    if isinstance(pages, Path):
        for path in sorted(pages.iterdir()):
            shutil.copyfile(path, reports / path.name)
    else:
        for name, text in pages.items():
            (reports / name).write_text(text, encoding="utf-8")
    return root

-- Which cells does one figure rest on?
-- Walks lineage from a row of cost_per_token down to the scraped files. Another row is another table_name and row_key:
-- row_key() joins the values of the primary key. The command `rigonomics trace` prints the same as a tree.
with recursive wanted as (
    select
        'cost_per_token' as table_name,
        row_key(build_id, throughput_from, scenario_id) as row_key
    from cost_per_token
    where build_id = 'dual-3090-tower'
        and scenario_id = 'conservative'
        and usd_per_mtok_mid is not null
    order by usd_per_mtok_mid, throughput_from
    limit 1
),

edges as materialized (
    from lineage
),

walk as (
    select
        l.input_table,
        l.input_key,
        l.role as path,
        1 as steps
    from edges as l
    inner join wanted as w
        on w.table_name = l.table_name
        and w.row_key = l.row_key

    union

    select
        l.input_table,
        l.input_key,
        w.path || ' < ' || l.role,
        w.steps + 1
    from walk as w
    inner join edges as l
        on l.table_name = w.input_table
        and l.row_key = w.input_key
    where w.steps < 12
)

select
    o.raw_file,
    o.raw_row,
    o.raw_column,
    o.raw_text,
    o.value_low,
    o.value_high,
    o.unit,
    min(w.steps) as steps,
    arg_min(w.path, row(w.steps, w.path)) as path
from walk as w
inner join observations as o
    on o.observation_id = w.input_key
where w.input_table = 'observations'
group by all
order by steps, o.raw_file, o.raw_row, o.raw_column;

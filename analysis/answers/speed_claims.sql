-- Every stated speed against the ceiling that memory bandwidth sets, with names and the cell.
select
    r.benchmark_id,
    h.name as accelerator,
    r.accelerator_count,
    r.model_id,
    r.quantization,
    r.concurrency,
    r.efficiency_class,
    r.gb_read_per_token,
    r.bandwidth_gb_s,
    r.ceiling_tok_s,
    r.tensor_split_ceiling_tok_s,
    r.layer_split_ceiling_tok_s,
    replace(r.layer_split_verdict, '_', ' ') as layer_split_verdict,
    r.claimed_low,
    r.claimed_high,
    r.ratio_low,
    r.ratio_high,
    r.ratio_high * 100 as percent_of_ceiling,
    median(r.ratio_high * 100) filter (where r.verdict in ('plausible', 'at_ceiling') and r.concurrency = 1)
        over (partition by r.efficiency_class) as median_percent,
    replace(r.verdict, '_', ' ') as verdict,
    r.assumptions,
    b.source_id,
    cell_text(o.raw_text) as cell,
    cell_place(o.raw_file, o.raw_row, o.raw_column) as place,
    concat_ws(', ',
        r.accelerator_count || case when r.accelerator_count = 1 then ' card' else ' cards' end,
        case when r.concurrency > 1 then r.concurrency || ' sequences' end,
        r.doubt
    ) as cards,
    coalesce(
        nullif(concat_ws(' ', r.model_id, r.quantization), ''),
        printf('%g', r.weights_gb) || ' GB of weights, model not named'
    ) as run
from roofline as r
inner join benchmarks as b
    on b.benchmark_id = r.benchmark_id
inner join observations as o
    on o.observation_id = b.observation_id
left join hardware as h
    on h.hardware_id = r.accelerator_id
order by r.benchmark_id

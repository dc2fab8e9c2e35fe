-- Stated speeds that no cost is computed with, and why, system by system.
select
    t.build_id,
    t.throughput_from,
    b.name as system,
    m.name as model,
    t.quantization,
    t.concurrency,
    t.tokens_per_s_low,
    t.tokens_per_s_high,
    t.excluded,
    cell_text(t.raw_text) as cell,
    cell_place(t.raw_file, t.raw_row, o.raw_column) as place,
    case when t.model_id is null then 'the model is not named' end as missing
from throughput as t
inner join builds as b
    on b.build_id = t.build_id
inner join observations as o
    on o.observation_id = t.throughput_from
left join models as m
    on m.model_id = t.model_id
where t.excluded is not null
order by t.build_id, t.throughput_from

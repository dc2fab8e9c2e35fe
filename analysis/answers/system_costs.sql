-- Every cost of a million tokens with the names of its system and model and the cell that its speed was read from.
select
    c.build_id,
    c.throughput_from,
    c.scenario_id,
    s.name as system,
    m.name as model,
    m.model_class,
    m.params_b,
    c.quantization,
    c.concurrency,
    evidence_word(c.throughput_basis) as evidence,
    c.tokens_per_s_low,
    c.tokens_per_s_mid,
    c.tokens_per_s_high,
    c.usd_per_mtok_low,
    c.usd_per_mtok_mid,
    c.usd_per_mtok_high,
    c.capex_usd_per_mtok,
    c.power_usd_per_mtok,
    c.fits_in_memory,
    c.doubt,
    cell_text(o.raw_text) as cell,
    cell_place(o.raw_file, o.raw_row, o.raw_column) as place,
    c.missing
from cost_per_token as c
inner join current_systems as s
    on s.build_id = c.build_id
inner join models as m
    on m.model_id = c.model_id
left join observations as o
    on o.observation_id = c.throughput_from
order by c.build_id, c.throughput_from, c.scenario_id

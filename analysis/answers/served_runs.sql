-- The run of each system that serves several sequences at once for the least, for each class of models: a figure of a
-- source before a modelled one. Never compared with single sequences: best_run and answers have those.
select
    k.model_class,
    k.class_from_b,
    c.scenario_id,
    c.build_id,
    c.throughput_from,
    s.name as system,
    k.model,
    c.quantization,
    c.concurrency,
    c.split,
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
    row_number() over (
        partition by k.model_class, c.scenario_id
        order by c.usd_per_mtok_mid, c.build_id
    )::integer as rank
from cost_per_token as c
inner join class_models as k
    on k.model_id = c.model_id
    and k.quantization = c.quantization
    and k.excluded is null
inner join current_systems as s
    on s.build_id = c.build_id
where c.concurrency > 1
    and c.fits_in_memory
    and c.usd_per_mtok_mid is not null
qualify row_number() over (
    partition by k.model_class, c.scenario_id, c.build_id
    order by c.throughput_basis = 'modelled', c.usd_per_mtok_mid, c.throughput_from
) = 1
order by k.class_from_b, c.scenario_id, rank

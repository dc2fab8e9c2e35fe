-- What more bits a weight cost: for each system, class of models and number of bits the best evidenced run of a model of the
-- class's size that fits in memory, fewer bits than the answers take included.
select
    k.model_class,
    c.scenario_id,
    c.build_id,
    cast(round(k.bits_per_weight) as integer) as bits,
    s.name as system,
    k.model,
    c.quantization,
    evidence_word(c.throughput_basis) as evidence,
    c.throughput_from,
    c.tokens_per_s_low,
    c.tokens_per_s_mid,
    c.tokens_per_s_high,
    c.usd_per_mtok_low,
    c.usd_per_mtok_mid,
    c.usd_per_mtok_high
from cost_per_token as c
inner join class_models as k
    on k.model_id = c.model_id
    and k.quantization = c.quantization
    and k.is_class_size
inner join current_systems as s
    on s.build_id = c.build_id
where c.concurrency = 1
    and c.fits_in_memory
    and c.usd_per_mtok_mid is not null
    and k.bits_per_weight is not null
qualify row_number() over (
    partition by k.model_class, c.scenario_id, c.build_id, round(k.bits_per_weight)
    order by evidence_rank(c.throughput_basis), c.tokens_per_s_mid desc, c.model_id, c.throughput_from
) = 1
order by k.model_class, c.scenario_id, c.build_id, bits

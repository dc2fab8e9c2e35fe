-- Which system gives the cheapest tokens of each class of models, in each scenario?
-- One sequence at a time. throughput_basis says whether the speed was measured, only stated, or modelled from bandwidth.
select
    m.model_class,
    s.name as scenario,
    b.name as system,
    m.name as model,
    t.quantization,
    t.tokens_per_s_mid,
    t.throughput_basis,
    t.usd_per_mtok_low,
    t.usd_per_mtok_mid,
    t.usd_per_mtok_high,
    t.power_usd_per_mtok
from cost_per_token as t
inner join models as m
    on m.model_id = t.model_id
inner join builds as b
    on b.build_id = t.build_id
inner join scenarios as s
    on s.scenario_id = t.scenario_id
inner join model_classes as k
    on k.class = m.model_class
where t.concurrency = 1
    and t.usd_per_mtok_mid is not null
qualify row_number() over (
    partition by m.model_class, t.scenario_id
    order by t.usd_per_mtok_mid, t.build_id, t.model_id, t.quantization
) = 1
order by k.params_low_b, s.hours_per_week;

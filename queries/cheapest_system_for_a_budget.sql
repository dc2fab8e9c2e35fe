-- Which systems can be had for 10,000 dollars, and what does each run for the least money a token?
-- Change the first three values. Only one sequence at a time, and only speeds that memory bandwidth allows.
with asked as (
    select
        10000 as budget_usd,
        '70B' as model_class,
        'conservative' as scenario_id
)

select
    b.name as system,
    c.capex_low_usd,
    c.capex_mid_usd,
    c.capex_high_usd,
    m.name as model,
    t.quantization,
    t.tokens_per_s_mid,
    t.throughput_basis,
    t.usd_per_mtok_low,
    t.usd_per_mtok_mid,
    t.usd_per_mtok_high
from asked as a
inner join build_costs as c
    on c.capex_basis = 'current'
    and c.capex_mid_usd <= a.budget_usd
inner join builds as b
    on b.build_id = c.build_id
inner join cost_per_token as t
    on t.build_id = c.build_id
    and t.scenario_id = a.scenario_id
    and t.concurrency = 1
    and t.usd_per_mtok_mid is not null
inner join models as m
    on m.model_id = t.model_id
    and m.model_class = a.model_class
qualify row_number() over (
    partition by b.build_id
    order by t.usd_per_mtok_mid, t.model_id, t.quantization
) = 1
order by t.usd_per_mtok_mid, b.build_id;

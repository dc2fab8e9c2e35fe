-- Each system in one row for each scenario: what it is, what it costs today and by its document, its power and its bill.
select
    b.build_id,
    e.scenario_id,
    b.name as system,
    b.description,
    b.source_id,
    s.title as source,
    b.accelerator_count,
    h.name as accelerator,
    b.accelerator_memory_gb,
    b.system_memory_gb,
    b.is_unified_memory,
    b.link as accelerator_link,
    now.capex_low_usd,
    now.capex_mid_usd,
    now.capex_high_usd,
    now.capex_from,
    now.capex_bound,
    now.parts_priced,
    now.parts_unpriced,
    now.priced_parts_low_usd,
    now.priced_parts_high_usd,
    now.missing as price_missing,
    then_.capex_low_usd as stated_low_usd,
    then_.capex_high_usd as stated_high_usd,
    then_.stated_total_low_usd,
    then_.stated_total_high_usd,
    w.power_basis,
    w.watts_bound,
    w.watts_low,
    w.watts_mid,
    w.watts_high,
    w.idle_w_mid as idle_w,
    w.missing as watts_missing,
    e.usd_3yr_low,
    e.usd_3yr_mid,
    e.usd_3yr_high,
    c.hours_per_week,
    c.usd_per_kwh,
    b.doubt
from builds as b
inner join sources as s
    on s.source_id = b.source_id
inner join build_costs as now
    on now.build_id = b.build_id
    and now.capex_basis = 'current'
inner join build_costs as then_
    on then_.build_id = b.build_id
    and then_.capex_basis = 'stated'
inner join build_power as w
    on w.build_id = b.build_id
    and w.is_best
inner join power_cost as e
    on e.build_id = b.build_id
inner join scenarios as c
    on c.scenario_id = e.scenario_id
left join hardware as h
    on h.hardware_id = b.accelerator_id
order by b.build_id, e.scenario_id

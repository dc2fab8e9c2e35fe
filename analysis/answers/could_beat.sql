-- Systems without a price that would be cheaper than the cheapest of their class if what no source prices of them costs
-- less than the room that is left.
select
    r.model_class,
    r.scenario_id,
    r.build_id,
    k.params_low_b as class_from_b,
    r.system,
    r.throughput_from,
    r.model,
    r.quantization,
    r.evidence,
    r.tokens_per_s_low,
    r.tokens_per_s_mid,
    r.tokens_per_s_high,
    a.build_id as cheapest_build_id,
    a.usd_per_mtok_mid as cheapest_usd_per_mtok,
    c.priced_parts_low_usd,
    c.priced_parts_mid_usd,
    c.priced_parts_high_usd,
    -- at this sum for what has no price, a million tokens costs what it costs on the cheapest system
    breakeven_capex_usd(
        a.usd_per_mtok_mid, r.watts_mid, r.tokens_per_s_mid,
        s.hours_per_week, s.usd_per_kwh, s.life_years, s.residual_fraction
    ) - c.priced_parts_mid_usd as room_usd,
    r.price_missing as missing
from best_run as r
inner join answers as a
    on a.model_class = r.model_class
    and a.scenario_id = r.scenario_id
    and a.rank = 1
inner join model_classes as k
    on k.class = r.model_class
inner join scenarios as s
    on s.scenario_id = r.scenario_id
inner join current_systems as c
    on c.build_id = r.build_id
where r.sharing = 'default'
    and r.capex_mid_usd is null
    and r.excluded is null
    and c.priced_parts_mid_usd > 0
    and room_usd > 0
order by k.params_low_b, r.scenario_id, room_usd desc, r.build_id

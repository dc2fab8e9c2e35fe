-- Hour against hour: every system with a known price and power against the reference rates under every scenario, as cloud_roi has
-- it,
-- with names, and with what comes only after the machine's life counted as never.
select
    o.build_id,
    o.cloud_rate_id,
    o.scenario_id,
    o.comparison,
    c.name as system,
    c.doubt,
    g.rented,
    g.provider,
    g.purchase,
    g.usd_per_hour_low,
    g.usd_per_hour_mid,
    g.usd_per_hour_high,
    o.rate_excluded,
    o.rented_gpus,
    c.is_complete,
    c.capex_low_usd,
    c.capex_mid_usd,
    c.capex_high_usd,
    within(o.payback_years_low, s.life_years) as payback_years_low,
    within(o.payback_years_mid, s.life_years) as payback_years_mid,
    within(o.payback_years_high, s.life_years) as payback_years_high,
    o.pays_back_within_life,
    o.breakeven_hours_per_week_low,
    o.breakeven_hours_per_week as breakeven_hours_per_week_mid,
    o.breakeven_hours_per_week_high,
    o.net_3yr_usd_low,
    o.net_3yr_usd_mid,
    o.net_3yr_usd_high,
    o.npv_3yr_usd_low,
    o.npv_3yr_usd as npv_3yr_usd_mid,
    o.npv_3yr_usd_high,
    o.roi_3yr_percent_low,
    o.roi_3yr_percent as roi_3yr_percent_mid,
    o.roi_3yr_percent_high,
    s.life_years,
    o.missing
from cloud_roi as o
inner join current_systems as c
    on c.build_id = o.build_id
inner join gpu_rates as g
    on g.cloud_rate_id = o.cloud_rate_id
    and g.is_reference
inner join scenarios as s
    on s.scenario_id = o.scenario_id
order by o.build_id, o.cloud_rate_id, o.scenario_id, o.comparison

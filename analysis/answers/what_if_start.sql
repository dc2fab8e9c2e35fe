-- What the what-if shows before anybody moves a slider: each scenario's own values, against the cheapest rate that counts,
-- to the cent as the slider holds it.
with rate as (
    select
        cloud_rate_id,
        round(usd_per_hour_mid, 2) as usd_per_hour
    from gpu_rates
    where excluded is null
    qualify row_number() over (order by usd_per_hour_mid, cloud_rate_id) = 1
)

select
    c.build_id,
    c.throughput_from,
    c.scenario_id,
    r.cloud_rate_id,
    r.usd_per_hour,
    usd_per_mtok(
        o.capex_low_usd, o.watts_low, c.tokens_per_s_high, s.hours_per_week, s.usd_per_kwh, s.life_years, s.residual_fraction
    ) as usd_per_mtok_low,
    usd_per_mtok(
        o.capex_mid_usd, o.watts_mid, c.tokens_per_s_mid, s.hours_per_week, s.usd_per_kwh, s.life_years, s.residual_fraction
    ) as usd_per_mtok_mid,
    usd_per_mtok(
        o.capex_high_usd, o.watts_high, c.tokens_per_s_low, s.hours_per_week, s.usd_per_kwh, s.life_years, s.residual_fraction
    ) as usd_per_mtok_high,
    payback_years(o.capex_mid_usd, r.usd_per_hour, o.watts_mid, s.hours_per_week, s.usd_per_kwh) as payback_years,
    breakeven_hours_per_week(
        o.capex_mid_usd, r.usd_per_hour, o.watts_mid, s.usd_per_kwh, s.life_years, s.residual_fraction
    ) as breakeven_hours_per_week,
    power_usd(o.watts_mid, s.hours_per_week, s.usd_per_kwh, 3) as power_usd_3yr
from cost_per_token as c
inner join current_systems as o
    on o.build_id = c.build_id
inner join scenarios as s
    on s.scenario_id = c.scenario_id
left join rate as r
    on true
order by c.build_id, c.throughput_from, c.scenario_id

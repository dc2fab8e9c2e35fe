-- Three years of electricity of each system under each scenario at one, two and three times its price of a kilowatt-hour:
-- prices differ by place more than systems do by watts.
with prices as (
    select
        scenario_id,
        unnest([1, 2, 3]) as times
    from scenarios
)

select
    o.build_id,
    p.scenario_id,
    p.times,
    o.name as system,
    s.name as scenario,
    s.hours_per_week,
    round(s.usd_per_kwh * p.times, 4) as usd_per_kwh,
    power_usd(w.watts_low, s.hours_per_week, s.usd_per_kwh * p.times, 3) as usd_3yr_low,
    power_usd(w.watts_mid, s.hours_per_week, s.usd_per_kwh * p.times, 3) as usd_3yr_mid,
    power_usd(w.watts_high, s.hours_per_week, s.usd_per_kwh * p.times, 3) as usd_3yr_high,
    o.watts_mid
from current_systems as o
cross join prices as p
inner join scenarios as s
    on s.scenario_id = p.scenario_id
inner join scenario_power as w
    on w.build_id = o.build_id
    and w.scenario_id = s.scenario_id
where o.watts_mid is not null
order by o.build_id, p.scenario_id, p.times

-- What each system draws and costs in electricity under each scenario.
select
    b.build_id,
    s.scenario_id,
    w.power_basis,
    w.watts_bound,
    kwh_per_year(w.watts_mid, s.hours_per_week) as kwh_per_year_mid,
    power_usd(w.watts_low, s.hours_per_week, s.usd_per_kwh, 1) as usd_per_year_low,
    power_usd(w.watts_mid, s.hours_per_week, s.usd_per_kwh, 1) as usd_per_year_mid,
    power_usd(w.watts_high, s.hours_per_week, s.usd_per_kwh, 1) as usd_per_year_high,
    power_usd(w.watts_low, s.hours_per_week, s.usd_per_kwh, 3) as usd_3yr_low,
    power_usd(w.watts_mid, s.hours_per_week, s.usd_per_kwh, 3) as usd_3yr_mid,
    power_usd(w.watts_high, s.hours_per_week, s.usd_per_kwh, 3) as usd_3yr_high,
    w.missing
from builds as b
inner join build_power as w
    on w.build_id = b.build_id
    and w.is_best
cross join scenarios as s
order by b.build_id, s.hours_per_week

-- What each system draws and costs in electricity under each scenario.
select
    b.build_id,
    s.scenario_id,
    w.power_basis,
    w.watts_bound,
    kwh_per_year(watts_with_idle(w.watts_mid, w.idle_w_mid, s.hours_per_week, s.hours_on_per_week), s.hours_per_week) as kwh_per_year_mid,
    power_usd(watts_with_idle(w.watts_low, w.idle_w_low, s.hours_per_week, s.hours_on_per_week), s.hours_per_week, s.usd_per_kwh, 1) as usd_per_year_low,
    power_usd(watts_with_idle(w.watts_mid, w.idle_w_mid, s.hours_per_week, s.hours_on_per_week), s.hours_per_week, s.usd_per_kwh, 1) as usd_per_year_mid,
    power_usd(watts_with_idle(w.watts_high, w.idle_w_high, s.hours_per_week, s.hours_on_per_week), s.hours_per_week, s.usd_per_kwh, 1) as usd_per_year_high,
    power_usd(watts_with_idle(w.watts_low, w.idle_w_low, s.hours_per_week, s.hours_on_per_week), s.hours_per_week, s.usd_per_kwh, 3) as usd_3yr_low,
    power_usd(watts_with_idle(w.watts_mid, w.idle_w_mid, s.hours_per_week, s.hours_on_per_week), s.hours_per_week, s.usd_per_kwh, 3) as usd_3yr_mid,
    power_usd(watts_with_idle(w.watts_high, w.idle_w_high, s.hours_per_week, s.hours_on_per_week), s.hours_per_week, s.usd_per_kwh, 3) as usd_3yr_high,
    w.missing
from builds as b
inner join build_power as w
    on w.build_id = b.build_id
    and w.is_best
cross join scenarios as s
order by b.build_id, s.hours_per_week

-- What does each system add to the electricity bill, in a month and over its life?
-- At 40 hours a week and 0.15 USD/kWh; the scenarios have three other ways of using a machine. The range comes from the
-- draw that the sources state.
select
    b.name as system,
    w.watts_mid,
    w.power_basis,
    p.kwh_per_year_mid as kwh_per_year,
    p.usd_per_year_mid / 12 as usd_per_month,
    p.usd_3yr_low,
    p.usd_3yr_mid,
    p.usd_3yr_high,
    coalesce(p.missing, '') as missing
from power_cost as p
inner join builds as b
    on b.build_id = p.build_id
inner join build_power as w
    on w.build_id = p.build_id
    and w.power_basis = p.power_basis
    and w.is_best
where p.scenario_id = 'conservative'
order by p.usd_3yr_mid desc nulls last, b.build_id;

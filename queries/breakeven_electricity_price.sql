-- Up to which price of electricity does each system beat renting?
-- At break-even the rent of a year equals the value lost in it and the electricity, so the price is what the rent leaves
-- over for each kWh. A negative price means that the system loses even with free electricity.
with asked as (
    select
        2.5 as cloud_usd_per_hour,
        40 as hours_per_week,
        3 as life_years
)

select
    b.name as system,
    c.capex_mid_usd,
    w.watts_mid,
    kwh_per_year(w.watts_mid, a.hours_per_week) as kwh_per_year,
    (
        saving_usd_per_year(a.cloud_usd_per_hour, 0, a.hours_per_week)
        - c.capex_mid_usd / a.life_years
    )
    / kwh_per_year(w.watts_mid, a.hours_per_week) as breakeven_usd_per_kwh
from asked as a
cross join builds as b
inner join build_costs as c
    on c.build_id = b.build_id
    and c.capex_basis = 'current'
inner join build_power as w
    on w.build_id = b.build_id
    and w.is_best
where c.capex_mid_usd is not null
    and w.watts_mid > 0
order by breakeven_usd_per_kwh desc, b.build_id;

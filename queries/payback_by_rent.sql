-- How sensitive is the payback to the rent?
-- Years until each system has paid for itself at 40 hours a week, for rents from 1 to 5 dollars an hour; empty where it
-- never does. The last column says how much longer it takes if the rent is half of 4 dollars.
with rents as (
    select unnest([1, 2, 3, 4, 5]) as usd_per_hour
),

paybacks as (
    select
        b.name as system,
        r.usd_per_hour,
        payback_years(c.capex_mid_usd, r.usd_per_hour, w.watts_mid, hours_per_week := 40) as years
    from rents as r
    cross join builds as b
    inner join build_costs as c
        on c.build_id = b.build_id
        and c.capex_basis = 'current'
        and c.capex_mid_usd is not null
    inner join build_power as w
        on w.build_id = b.build_id
        and w.is_best
        and w.watts_mid is not null
)

select
    system,
    any_value(years) filter (where usd_per_hour = 1) as years_at_1,
    any_value(years) filter (where usd_per_hour = 2) as years_at_2,
    any_value(years) filter (where usd_per_hour = 3) as years_at_3,
    any_value(years) filter (where usd_per_hour = 4) as years_at_4,
    any_value(years) filter (where usd_per_hour = 5) as years_at_5,
    years_at_2 / years_at_4 as times_longer_at_half_the_rent
from paybacks
group by system
order by years_at_4 nulls last, system;

-- Years until each system has cost what one rented GPU would have, by hours a week: hour against hour, at the electricity
-- price of each scenario; NULL where that takes longer than the machine lasts.
with hours as (
    select
        s.scenario_id,
        unnest(list_sort(list_distinct(list_append([5.0, 10.0, 20.0, 40.0, 80.0, 168.0], s.hours_per_week))))
            as hours_per_week
    from scenarios as s
)

select
    o.build_id,
    g.cloud_rate_id,
    h.scenario_id,
    h.hours_per_week,
    o.name as system,
    o.capex_mid_usd,
    g.rented,
    g.usd_per_hour_low,
    g.usd_per_hour_mid,
    g.usd_per_hour_high,
    g.excluded as rate_excluded,
    s.life_years,
    within(
        payback_years(
            o.capex_low_usd,
            g.usd_per_hour_high,
            watts_with_idle(o.watts_low, o.idle_w_low, h.hours_per_week, s.hours_on_per_week),
            h.hours_per_week,
            s.usd_per_kwh
        ),
        s.life_years
    ) as payback_years_low,
    within(
        payback_years(
            o.capex_mid_usd,
            g.usd_per_hour_mid,
            watts_with_idle(o.watts_mid, o.idle_w_mid, h.hours_per_week, s.hours_on_per_week),
            h.hours_per_week,
            s.usd_per_kwh
        ),
        s.life_years
    ) as payback_years_mid,
    within(
        payback_years(
            o.capex_high_usd,
            g.usd_per_hour_low,
            watts_with_idle(o.watts_high, o.idle_w_high, h.hours_per_week, s.hours_on_per_week),
            h.hours_per_week,
            s.usd_per_kwh
        ),
        s.life_years
    ) as payback_years_high
from current_systems as o
cross join gpu_rates as g
cross join hours as h
inner join scenarios as s
    on s.scenario_id = h.scenario_id
where o.is_complete
    and g.is_reference
order by o.build_id, g.cloud_rate_id, h.scenario_id, h.hours_per_week

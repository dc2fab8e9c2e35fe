-- What owning each system saves against renting for the same hours, for every cloud rate under each scenario.
-- A low payback or break-even takes the low price, the low watts and the high rate, as a high saving does.
with comparisons as (
    select
        b.build_id,
        g.cloud_rate_id,
        g.excluded as rate_excluded,
        'one_gpu' as comparison,
        1 as rented_gpus,
        g.usd_per_hour_low,
        g.usd_per_hour_mid,
        g.usd_per_hour_high,
        null as missing
    from builds as b
    cross join gpu_rates as g
    union all
    select
        b.build_id,
        g.cloud_rate_id,
        g.excluded as rate_excluded,
        'same_memory' as comparison,
        ceil(b.accelerator_memory_gb / g.rented_memory_gb) as rented_gpus,
        rented_gpus * g.usd_per_hour_low as usd_per_hour_low,
        rented_gpus * g.usd_per_hour_mid as usd_per_hour_mid,
        rented_gpus * g.usd_per_hour_high as usd_per_hour_high,
        reasons(
            case when b.accelerator_memory_gb is null then 'accelerator memory of the build is not known' end,
            case when g.rented_memory_gb is null then 'memory of the rented GPU is not known' end
        ) as missing
    from builds as b
    cross join gpu_rates as g
),

longest as (
    select max(value) as longest_years
    from assumptions
    where name = 'longest_payback_years'
)

select
    o.build_id,
    c.cloud_rate_id,
    s.scenario_id,
    c.comparison,
    c.rented_gpus,
    c.rate_excluded,
    o.capex_from,
    o.capex_bound,
    o.power_basis,
    o.watts_bound,
    c.usd_per_hour_low * hours_per_year(s.hours_per_week) as cloud_usd_per_year_low,
    c.usd_per_hour_mid * hours_per_year(s.hours_per_week) as cloud_usd_per_year_mid,
    c.usd_per_hour_high * hours_per_year(s.hours_per_week) as cloud_usd_per_year_high,
    saving_usd_per_year(c.usd_per_hour_low, w.watts_high, s.hours_per_week, s.usd_per_kwh) as saving_usd_per_year_low,
    saving_usd_per_year(c.usd_per_hour_mid, w.watts_mid, s.hours_per_week, s.usd_per_kwh) as saving_usd_per_year_mid,
    saving_usd_per_year(c.usd_per_hour_high, w.watts_low, s.hours_per_week, s.usd_per_kwh) as saving_usd_per_year_high,
    payback_years(
        o.capex_low_usd, c.usd_per_hour_high, w.watts_low, s.hours_per_week, s.usd_per_kwh, l.longest_years
    ) as payback_years_low,
    payback_years(
        o.capex_mid_usd, c.usd_per_hour_mid, w.watts_mid, s.hours_per_week, s.usd_per_kwh, l.longest_years
    ) as payback_years_mid,
    payback_years(
        o.capex_high_usd, c.usd_per_hour_low, w.watts_high, s.hours_per_week, s.usd_per_kwh, l.longest_years
    ) as payback_years_high,
    case
        when o.capex_mid_usd is not null and saving_usd_per_year_mid is not null then payback_years_mid is not null
    end as pays_back,
    case when pays_back is not null then coalesce(payback_years_mid <= s.life_years, false) end as pays_back_within_life,
    roi_percent(
        o.capex_high_usd, c.usd_per_hour_low, w.watts_high, s.hours_per_week, s.usd_per_kwh, 3, s.residual_fraction
    ) as roi_3yr_percent_low,
    roi_percent(
        o.capex_mid_usd, c.usd_per_hour_mid, w.watts_mid, s.hours_per_week, s.usd_per_kwh, 3, s.residual_fraction
    ) as roi_3yr_percent,
    roi_percent(
        o.capex_low_usd, c.usd_per_hour_high, w.watts_low, s.hours_per_week, s.usd_per_kwh, 3, s.residual_fraction
    ) as roi_3yr_percent_high,
    net_usd(
        o.capex_high_usd, c.usd_per_hour_low, w.watts_high, s.hours_per_week, s.usd_per_kwh, 3, s.residual_fraction
    ) as net_3yr_usd_low,
    net_usd(
        o.capex_mid_usd, c.usd_per_hour_mid, w.watts_mid, s.hours_per_week, s.usd_per_kwh, 3, s.residual_fraction
    ) as net_3yr_usd_mid,
    net_usd(
        o.capex_low_usd, c.usd_per_hour_high, w.watts_low, s.hours_per_week, s.usd_per_kwh, 3, s.residual_fraction
    ) as net_3yr_usd_high,
    npv_usd(
        o.capex_high_usd, c.usd_per_hour_low, w.watts_high, s.hours_per_week, s.usd_per_kwh, 3, s.residual_fraction,
        s.discount_rate
    ) as npv_3yr_usd_low,
    npv_usd(
        o.capex_mid_usd, c.usd_per_hour_mid, w.watts_mid, s.hours_per_week, s.usd_per_kwh, 3, s.residual_fraction,
        s.discount_rate
    ) as npv_3yr_usd,
    npv_usd(
        o.capex_low_usd, c.usd_per_hour_high, w.watts_low, s.hours_per_week, s.usd_per_kwh, 3, s.residual_fraction,
        s.discount_rate
    ) as npv_3yr_usd_high,
    breakeven_hours_per_week(
        o.capex_low_usd, c.usd_per_hour_high, w.watts_low, s.usd_per_kwh, s.life_years, s.residual_fraction
    ) as breakeven_hours_per_week_low,
    breakeven_hours_per_week(
        o.capex_mid_usd, c.usd_per_hour_mid, w.watts_mid, s.usd_per_kwh, s.life_years, s.residual_fraction
    ) as breakeven_hours_per_week,
    breakeven_hours_per_week(
        o.capex_high_usd, c.usd_per_hour_low, w.watts_high, s.usd_per_kwh, s.life_years, s.residual_fraction
    ) as breakeven_hours_per_week_high,
    reasons(o.missing, c.missing) as missing
from comparisons as c
inner join current_systems as o
    on o.build_id = c.build_id
cross join scenarios as s
inner join scenario_power as w
    on w.build_id = o.build_id
    and w.scenario_id = s.scenario_id
cross join longest as l
order by o.build_id, c.cloud_rate_id, s.hours_per_week, c.comparison

-- What owning each system saves against renting, for every cloud rate under each scenario.
-- The low payback takes the low price, the low watts and the dear rent; the high payback the opposite.
with gpu_rents as (
    select
        r.cloud_rate_id,
        r.hardware_id,
        h.memory_gb as rented_gpu_memory_gb,
        -- a rate for several GPUs at once is shared out, so that both comparisons count single ones
        r.usd_per_hour_low / r.gpu_count as gpu_usd_per_hour_low,
        mid(r.usd_per_hour_low, r.usd_per_hour_high) / r.gpu_count as gpu_usd_per_hour_mid,
        r.usd_per_hour_high / r.gpu_count as gpu_usd_per_hour_high
    from cloud_rates as r
    left join hardware as h
        on h.hardware_id = r.hardware_id
),

comparisons as (
    select
        b.build_id,
        g.cloud_rate_id,
        'one_gpu' as comparison,
        1 as rented_gpus,
        g.gpu_usd_per_hour_low as usd_per_hour_low,
        g.gpu_usd_per_hour_mid as usd_per_hour_mid,
        g.gpu_usd_per_hour_high as usd_per_hour_high,
        null as missing
    from builds as b
    cross join gpu_rents as g
    union all
    select
        b.build_id,
        g.cloud_rate_id,
        'same_memory' as comparison,
        ceil(b.accelerator_memory_gb / g.rented_gpu_memory_gb) as rented_gpus,
        rented_gpus * g.gpu_usd_per_hour_low as usd_per_hour_low,
        rented_gpus * g.gpu_usd_per_hour_mid as usd_per_hour_mid,
        rented_gpus * g.gpu_usd_per_hour_high as usd_per_hour_high,
        reasons(
            case when b.accelerator_memory_gb is null then 'accelerator memory of the build is not known' end,
            case when g.rented_gpu_memory_gb is null then 'memory of the rented GPU is not known' end
        ) as missing
    from builds as b
    cross join gpu_rents as g
),

owned as (
    select
        c.build_id,
        c.capex_low_usd,
        c.capex_mid_usd,
        c.capex_high_usd,
        c.capex_from,
        c.capex_bound,
        w.watts_low,
        w.idle_w_low,
        w.watts_mid,
        w.idle_w_mid,
        w.watts_high,
        w.idle_w_high,
        w.power_basis,
        w.watts_bound,
        case when c.capex_mid_usd is null then 'price: ' || c.missing end as price_missing,
        case when w.watts_mid is null then 'watts: ' || w.missing end as watts_missing
    from build_costs as c
    inner join build_power as w
        on w.build_id = c.build_id
        and w.is_best
    where c.capex_basis = 'current'
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
    o.capex_from,
    o.capex_bound,
    o.power_basis,
    o.watts_bound,
    c.usd_per_hour_low * hours_per_year(s.hours_per_week) as cloud_usd_per_year_low,
    c.usd_per_hour_mid * hours_per_year(s.hours_per_week) as cloud_usd_per_year_mid,
    c.usd_per_hour_high * hours_per_year(s.hours_per_week) as cloud_usd_per_year_high,
    saving_usd_per_year(c.usd_per_hour_low, x.watts_high, s.hours_per_week, s.usd_per_kwh) as saving_usd_per_year_low,
    saving_usd_per_year(c.usd_per_hour_mid, x.watts_mid, s.hours_per_week, s.usd_per_kwh) as saving_usd_per_year_mid,
    saving_usd_per_year(c.usd_per_hour_high, x.watts_low, s.hours_per_week, s.usd_per_kwh) as saving_usd_per_year_high,
    payback_years(
        o.capex_low_usd, c.usd_per_hour_high, x.watts_low, s.hours_per_week, s.usd_per_kwh, l.longest_years
    ) as payback_years_low,
    payback_years(
        o.capex_mid_usd, c.usd_per_hour_mid, x.watts_mid, s.hours_per_week, s.usd_per_kwh, l.longest_years
    ) as payback_years_mid,
    payback_years(
        o.capex_high_usd, c.usd_per_hour_low, x.watts_high, s.hours_per_week, s.usd_per_kwh, l.longest_years
    ) as payback_years_high,
    case
        when o.capex_mid_usd is not null and saving_usd_per_year_mid is not null then payback_years_mid is not null
    end as pays_back,
    case when pays_back is not null then coalesce(payback_years_mid <= s.life_years, false) end as pays_back_within_life,
    roi_percent(
        o.capex_mid_usd, c.usd_per_hour_mid, x.watts_mid, s.hours_per_week, s.usd_per_kwh, 3, s.residual_fraction
    ) as roi_3yr_percent,
    npv_usd(
        o.capex_mid_usd, c.usd_per_hour_mid, x.watts_mid, s.hours_per_week, s.usd_per_kwh, 3, s.residual_fraction,
        s.discount_rate
    ) as npv_3yr_usd,
    breakeven_hours_per_week(
        o.capex_mid_usd, c.usd_per_hour_mid, x.watts_mid, s.usd_per_kwh, s.life_years, s.residual_fraction
    ) as breakeven_hours_per_week,
    reasons(o.price_missing, o.watts_missing, c.missing) as missing
from comparisons as c
inner join owned as o
    on o.build_id = c.build_id
cross join scenarios as s
cross join lateral (
    select
        watts_with_idle(o.watts_low, o.idle_w_low, s.hours_per_week, s.hours_on_per_week) as watts_low,
        watts_with_idle(o.watts_mid, o.idle_w_mid, s.hours_per_week, s.hours_on_per_week) as watts_mid,
        watts_with_idle(o.watts_high, o.idle_w_high, s.hours_per_week, s.hours_on_per_week) as watts_high
) as x
cross join longest as l
order by o.build_id, c.cloud_rate_id, s.hours_per_week, c.comparison

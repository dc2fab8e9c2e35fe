-- The power-limit what-if: every system with its accelerators held to a fraction of their power. The host draws what
-- it drew; the speed follows speed_at_power_limit. Systems whose accelerators' watts are not known are left out.

create or replace macro with_power_limit(
    power_fraction := 0.5,
    hours_per_week := 40,
    usd_per_kwh := 0.15,
    life_years := 3,
    residual_fraction := 0
) as table
    with accelerator_watts as (
        select
            a.build_id,
            case when count(h.tdp_w) = count(*) then sum(h.tdp_w * a.quantity) end as watts
        from build_accelerators as a
        inner join hardware as h
            on h.hardware_id = a.hardware_id
        group by a.build_id
    ),

    limited as (
        select
            t.build_id,
            t.model_id,
            t.quantization,
            t.concurrency,
            t.basis as throughput_basis,
            t.throughput_from,
            c.capex_mid_usd,
            w.watts_mid,
            t.tokens_per_s_mid,
            watts_at_power_limit(
                w.watts_mid, greatest(w.watts_mid - coalesce(w.idle_w_low, 0), 0), power_fraction
            ) as limited_watts,
            speed_at_power_limit(
                t.tokens_per_s_mid,
                power_fraction,
                (select value from assumptions where name = 'speed_at_half_power')
            ) as limited_tokens_per_s
        from throughput as t
        inner join build_power as w
            on w.build_id = t.build_id
            and w.is_best
        inner join build_costs as c
            on c.build_id = t.build_id
            and c.capex_basis = 'current'
        inner join accelerator_watts as a
            on a.build_id = t.build_id
        where t.excluded is null
            and a.watts is not null
            and w.watts_mid is not null
    )

    select
        *,
        power_usd(watts_mid, hours_per_week, usd_per_kwh, 1) as power_usd_per_year,
        power_usd(limited_watts, hours_per_week, usd_per_kwh, 1) as limited_power_usd_per_year,
        usd_per_mtok(
            capex_mid_usd, watts_mid, tokens_per_s_mid, hours_per_week, usd_per_kwh, life_years, residual_fraction
        ) as usd_per_mtok_mid,
        usd_per_mtok(
            capex_mid_usd, limited_watts, limited_tokens_per_s,
            hours_per_week, usd_per_kwh, life_years, residual_fraction
        ) as limited_usd_per_mtok
    from limited
    order by build_id, model_id, quantization, concurrency, throughput_from;

comment on macro table with_power_limit is
    'Every system and model with its accelerators held to a fraction of their power: watts, speed, electricity of a year and USD per million tokens, before and after. Speed keeps 88 % for each halving, as the Max-Q does against the full card. from with_power_limit(power_fraction := 0.5) where build_id = ''quad-4090-threadripper''.';

-- Table macros: questions that take parameters and answer with rows. They read the finished tables, so they are made last.
-- The formulas that they apply are the ones of macros/formulas.sql.

create or replace macro what_if(
    hours_per_week := 40,
    usd_per_kwh := 0.15,
    life_years := 3,
    residual_fraction := 0,
    cloud_usd_per_hour := 2.5,
    unpriced_parts_usd := null
) as table
    with best_power as (
        select *
        from build_power
        where is_best
    ),

    -- unpriced_parts_usd stands for what no source prices, where the sources price something of the system.
    costs as (
        select
            build_id,
            missing,
            capex_mid_usd is null as is_topped_up,
            case
                when capex_mid_usd is null and priced_parts_mid_usd > 0 then cast(unpriced_parts_usd as double)
            end as top_up_usd,
            coalesce(capex_low_usd, priced_parts_low_usd + top_up_usd) as capex_low_usd,
            coalesce(capex_mid_usd, priced_parts_mid_usd + top_up_usd) as capex_mid_usd,
            coalesce(capex_high_usd, priced_parts_high_usd + top_up_usd) as capex_high_usd
        from build_costs
        where capex_basis = 'current'
    )

    select
        b.build_id,
        b.name,
        t.model_id,
        t.quantization,
        t.concurrency,
        c.capex_mid_usd,
        p.watts_mid,
        t.tokens_per_s_mid,
        usd_per_mtok(
            c.capex_low_usd, p.watts_low, t.tokens_per_s_high,
            hours_per_week, usd_per_kwh, life_years, residual_fraction
        ) as usd_per_mtok_low,
        usd_per_mtok(
            c.capex_mid_usd, p.watts_mid, t.tokens_per_s_mid,
            hours_per_week, usd_per_kwh, life_years, residual_fraction
        ) as usd_per_mtok_mid,
        usd_per_mtok(
            c.capex_high_usd, p.watts_high, t.tokens_per_s_low,
            hours_per_week, usd_per_kwh, life_years, residual_fraction
        ) as usd_per_mtok_high,
        payback_years(
            c.capex_mid_usd, cloud_usd_per_hour, p.watts_mid, hours_per_week, usd_per_kwh,
            (select value from assumptions where name = 'longest_payback_years')
        ) as payback_years,
        breakeven_hours_per_week(
            c.capex_mid_usd, cloud_usd_per_hour, p.watts_mid, usd_per_kwh, life_years, residual_fraction
        ) as breakeven_hours_per_week,
        power_usd(p.watts_mid, hours_per_week, usd_per_kwh, 3) as power_usd_3yr,
        t.basis as throughput_basis,
        t.throughput_from,
        reasons(
            case
                when c.capex_mid_usd is null then 'price: ' || c.missing
                when c.is_topped_up then 'price: unpriced_parts_usd stands for what has none (' || c.missing || ')'
            end,
            case when p.watts_mid is null then 'watts: ' || p.missing end,
            case when t.throughput_from is null then 'no throughput' end
        ) as missing
    from builds as b
    inner join costs as c
        on c.build_id = b.build_id
    inner join best_power as p
        on p.build_id = b.build_id
    left join throughput as t
        on t.build_id = b.build_id
        and t.excluded is null
    order by usd_per_mtok_mid nulls last, b.build_id, t.model_id, t.quantization, t.concurrency;

comment on macro table what_if is
    'Every system with every model it has a throughput for, under assumptions of one''s own: USD per million tokens, years to pay back and break-even hours a week against renting at cloud_usd_per_hour, electricity of three years. unpriced_parts_usd stands for the parts that no source prices (a host, mostly); without it such systems have no cost. from what_if(hours_per_week := 60, usd_per_kwh := 0.30) where model_id = ''llama-3-70b''.';

create or replace macro prices_asof(day) as table
    select
        p.hardware_id,
        h.name,
        p.condition,
        p.price_low_usd,
        p.price_mid_usd,
        p.price_high_usd,
        p.is_approximate,
        p.bound,
        p.priced_on as observed_on,
        p.date_basis,
        p.source_id,
        p.observation_id
    from prices as p
    inner join hardware as h
        on h.hardware_id = p.hardware_id
    where p.is_candidate
        and (p.priced_on is null or p.priced_on <= cast(day as date))
        and (p.known_from is null or p.known_from <= cast(day as date))
        and (p.superseded_on is null or p.superseded_on > cast(day as date))
    qualify row_number() over (
        partition by p.hardware_id, p.condition
        order by
            p.priced_on desc nulls last,
            evidence_order(p.is_derived, p.observed_on, p.date_basis, p.bound, p.is_approximate, p.observation_id)
    ) = 1
    order by p.hardware_id, p.condition;

comment on macro table prices_asof is
    'The best price of each item and condition on a day, USD for one piece: the newest stated by then, a price without a day last. from prices_asof(''2026-04-30'') where hardware_id = ''rtx-4090''.';

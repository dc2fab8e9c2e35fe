-- What a million tokens costs on each system, for every throughput that `throughput` lets pass, under each scenario.
-- The low end takes the low price, the low watts and the high speed; the high end the opposite.
with running_costs as (
    select
        b.build_id,
        b.doubt,
        c.capex_low_usd,
        c.capex_mid_usd,
        c.capex_high_usd,
        c.capex_from,
        c.capex_bound,
        w.watts_low,
        w.tensor_w_low,
        w.idle_w_low,
        w.watts_mid,
        w.tensor_w_mid,
        w.idle_w_mid,
        w.watts_high,
        w.tensor_w_high,
        w.idle_w_high,
        w.power_basis,
        w.watts_bound,
        reasons(
            case when c.capex_mid_usd is null then 'price: ' || c.missing end,
            case when w.watts_mid is null then 'watts: ' || w.missing end
        ) as missing
    from builds as b
    inner join build_costs as c
        on c.build_id = b.build_id
        and c.capex_basis = 'current'
    inner join build_power as w
        on w.build_id = b.build_id
        and w.is_best
)

select
    t.build_id,
    t.model_id,
    t.quantization,
    t.split,
    t.phase,
    t.context_tokens,
    t.concurrency,
    s.scenario_id,
    t.tokens_per_s_low,
    t.tokens_per_s_mid,
    t.tokens_per_s_high,
    t.from_per_user,
    t.engine,
    t.offload,
    t.basis as throughput_basis,
    t.throughput_from,
    t.roofline_verdict,
    t.is_own as throughput_is_own,
    r.capex_from,
    r.capex_bound,
    r.power_basis,
    r.watts_bound,
    usd_per_mtok(
        r.capex_low_usd, x.watts_low, t.tokens_per_s_high,
        s.hours_per_week, s.usd_per_kwh, s.life_years, s.residual_fraction
    ) as usd_per_mtok_low,
    usd_per_mtok(
        r.capex_mid_usd, x.watts_mid, t.tokens_per_s_mid,
        s.hours_per_week, s.usd_per_kwh, s.life_years, s.residual_fraction
    ) as usd_per_mtok_mid,
    usd_per_mtok(
        r.capex_high_usd, x.watts_high, t.tokens_per_s_low,
        s.hours_per_week, s.usd_per_kwh, s.life_years, s.residual_fraction
    ) as usd_per_mtok_high,
    usd_per_mtok(
        r.capex_mid_usd, 0, t.tokens_per_s_mid,
        s.hours_per_week, s.usd_per_kwh, s.life_years, s.residual_fraction
    ) as capex_usd_per_mtok,
    usd_per_mtok(
        0, x.watts_mid, t.tokens_per_s_mid,
        s.hours_per_week, s.usd_per_kwh, s.life_years, s.residual_fraction
    ) as power_usd_per_mtok,
    joules_per_token(x.watts_mid, t.tokens_per_s_mid) as joules_per_token,
    t.memory_needed_gb,
    t.fits_in_memory,
    r.doubt,
    reasons(r.missing, 'memory fit: ' || t.fit_missing) as missing
from throughput as t
inner join running_costs as r
    on r.build_id = t.build_id
cross join scenarios as s
cross join lateral (
    select
        watts_with_idle(
            case when t.split = 'tensor' then coalesce(r.tensor_w_low, r.watts_low) else r.watts_low end,
            r.idle_w_low, s.hours_per_week, s.hours_on_per_week
        ) as watts_low,
        watts_with_idle(
            case when t.split = 'tensor' then coalesce(r.tensor_w_mid, r.watts_mid) else r.watts_mid end,
            r.idle_w_mid, s.hours_per_week, s.hours_on_per_week
        ) as watts_mid,
        watts_with_idle(
            case when t.split = 'tensor' then coalesce(r.tensor_w_high, r.watts_high) else r.watts_high end,
            r.idle_w_high, s.hours_per_week, s.hours_on_per_week
        ) as watts_high
) as x
where t.excluded is null
order by t.build_id, t.model_id, t.quantization, t.concurrency, s.hours_per_week

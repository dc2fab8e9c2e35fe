-- What a workload costs on each system, for each class of models, at the run that stands for it: the purchase and the
-- electricity of a month, idle hours included. One sequence at a time; a prompt is read at the speed of the throughput model.
with prefills as (
    select
        m.build_id,
        k.model_class,
        m.modelled_id,
        m.prefill_tok_s_low,
        m.prefill_tok_s_mid,
        m.prefill_tok_s_high
    from modelled_throughput as m
    inner join class_models as k
        on k.model_id = m.model_id
        and k.quantization = m.quantization
        and k.excluded is null
    where m.prefill_tok_s_mid is not null
        and m.split <> 'tensor'
    qualify row_number() over (
        partition by m.build_id, k.model_class
        order by m.prefill_tok_s_mid desc, m.modelled_id
    ) = 1
),

busy as (
    select
        r.*,
        w.workload_id,
        w.name as workload,
        w.hours_on_per_week,
        w.input_tokens_per_day + w.output_tokens_per_day as tokens_per_day,
        p.modelled_id as prefill_from,
        busy_hours_per_day(
            w.input_tokens_per_day, w.cached_fraction, w.output_tokens_per_day, p.prefill_tok_s_high, r.tokens_per_s_high
        ) as busy_low,
        busy_hours_per_day(
            w.input_tokens_per_day, w.cached_fraction, w.output_tokens_per_day, p.prefill_tok_s_mid, r.tokens_per_s_mid
        ) as busy_mid,
        busy_hours_per_day(
            w.input_tokens_per_day, w.cached_fraction, w.output_tokens_per_day, p.prefill_tok_s_low, r.tokens_per_s_low
        ) as busy_high,
        w.prompt_tokens / p.prefill_tok_s_mid as time_to_first_token_s
    from best_run as r
    cross join workloads as w
    left join prefills as p
        on p.build_id = r.build_id
        and p.model_class = r.model_class
    where r.sharing = 'default'
)

select
    b.model_class,
    b.build_id,
    b.scenario_id,
    b.workload_id,
    b.system,
    b.workload,
    b.model,
    b.quantization,
    b.split,
    b.evidence,
    b.prefill_from,
    b.busy_low as busy_hours_per_day_low,
    b.busy_mid as busy_hours_per_day_mid,
    b.busy_high as busy_hours_per_day_high,
    b.busy_mid * 7 / b.hours_on_per_week as share_of_capacity,
    share_of_capacity <= 1 as meets_demand,
    b.time_to_first_token_s,
    usd_per_month_of_purchase(b.capex_mid_usd, s.life_years, s.residual_fraction) as purchase_usd_per_month,
    usd_per_month_of_power(b.busy_mid, b.hours_on_per_week, b.watts_mid, c.idle_w_mid, s.usd_per_kwh)
        as power_usd_per_month,
    usd_per_month_of_purchase(b.capex_low_usd, s.life_years, s.residual_fraction)
    + usd_per_month_of_power(b.busy_low, b.hours_on_per_week, b.watts_low, c.idle_w_low, s.usd_per_kwh)
        as usd_per_month_low,
    usd_per_month_of_purchase(b.capex_mid_usd, s.life_years, s.residual_fraction)
    + usd_per_month_of_power(b.busy_mid, b.hours_on_per_week, b.watts_mid, c.idle_w_mid, s.usd_per_kwh)
        as usd_per_month_mid,
    usd_per_month_of_purchase(b.capex_high_usd, s.life_years, s.residual_fraction)
    + usd_per_month_of_power(b.busy_high, b.hours_on_per_week, b.watts_high, c.idle_w_high, s.usd_per_kwh)
        as usd_per_month_high,
    usd_per_unit(usd_per_month_low, b.tokens_per_day * 365 / 12) * 1e6 as usd_per_mtok_low,
    usd_per_unit(usd_per_month_mid, b.tokens_per_day * 365 / 12) * 1e6 as usd_per_mtok_mid,
    usd_per_unit(usd_per_month_high, b.tokens_per_day * 365 / 12) * 1e6 as usd_per_mtok_high,
    reasons(
        b.missing,
        case when b.prefill_from is null then 'how fast it reads a prompt is not known' end,
        case when c.idle_w_mid is null then 'its idle watts are not known: idle hours count nothing' end
    ) as missing
from busy as b
inner join current_systems as c
    on c.build_id = b.build_id
inner join scenarios as s
    on s.scenario_id = b.scenario_id
order by b.model_class, b.build_id, b.scenario_id, b.workload_id

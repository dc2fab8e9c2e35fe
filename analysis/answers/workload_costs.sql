-- What a workload costs on each system, for each class of models, at the run that stands for it: purchase and electricity of
-- a month, idle hours included, prompts read at the watts that reading takes. A machine that cannot do all of it in the
-- hours that it is kept on does a part, and the cost is of that part.
with speeds as (
    select
        r.model_class,
        r.build_id,
        r.scenario_id,
        s.workload_id,
        s.model_id as speeds_model_id,
        s.quantization as speeds_quantization,
        s.accelerators_used,
        s.fits_in_memory,
        s.memory_needed_gb,
        s.memory_gb,
        s.decode_factor,
        s.prefill_tok_s_low,
        s.prefill_tok_s_mid,
        s.prefill_tok_s_high,
        s.missing as speeds_missing
    from best_run as r
    inner join class_models as k
        on k.model_class = r.model_class
        and k.excluded is null
    inner join workload_speeds as s
        on s.subject_kind = 'system'
        and s.subject_id = r.build_id
        and s.model_id = k.model_id
        and s.quantization = k.quantization
    where r.sharing = 'default'
    -- of the very run if it is modelled, else of one of its class, the closest in bits
    qualify row_number() over (
        partition by r.model_class, r.build_id, r.scenario_id, s.workload_id
        order by s.model_id <> r.model_id, abs(k.bits_per_weight - r.bits_per_weight), s.model_id, s.quantization
    ) = 1
),

sped as (
    select
        r.model_class,
        r.build_id,
        r.scenario_id,
        w.workload_id,
        r.system,
        w.name as workload,
        r.throughput_from,
        r.model_id,
        r.model,
        r.quantization,
        r.split,
        r.evidence,
        r.missing as run_missing,
        r.doubt,
        r.excluded,
        r.capex_low_usd,
        r.capex_mid_usd,
        r.capex_high_usd,
        r.capex_from,
        r.capex_bound,
        r.price_missing,
        p.speeds_model_id,
        p.speeds_quantization,
        p.accelerators_used,
        p.fits_in_memory,
        p.memory_needed_gb,
        p.memory_gb,
        p.speeds_missing,
        w.concurrency,
        w.prompt_tokens,
        w.hours_on_per_week,
        fresh_tokens(w.input_tokens_per_day, w.cached_fraction) as fresh_tokens_per_day,
        w.input_tokens_per_day,
        w.output_tokens_per_day,
        p.prefill_tok_s_low,
        p.prefill_tok_s_mid,
        p.prefill_tok_s_high,
        r.tokens_per_s_low * p.decode_factor as tokens_per_s_low,
        r.tokens_per_s_mid * p.decode_factor as tokens_per_s_mid,
        r.tokens_per_s_high * p.decode_factor as tokens_per_s_high,
        c.watts_low,
        c.watts_mid,
        c.watts_high,
        coalesce(c.prefill_w_low, c.watts_low) as prefill_w_low,
        coalesce(c.prefill_w_mid, c.watts_mid) as prefill_w_mid,
        coalesce(c.prefill_w_high, c.watts_high) as prefill_w_high,
        c.idle_w_low,
        c.idle_w_mid,
        c.idle_w_high,
        c.prefill_w_mid is null as is_reading_at_working_watts,
        s.usd_per_kwh,
        s.life_years,
        s.residual_fraction
    from best_run as r
    cross join workloads as w
    inner join current_systems as c
        on c.build_id = r.build_id
    inner join scenarios as s
        on s.scenario_id = r.scenario_id
    left join speeds as p
        on p.model_class = r.model_class
        and p.build_id = r.build_id
        and p.scenario_id = r.scenario_id
        and p.workload_id = w.workload_id
    where r.sharing = 'default'
),

at_work as (
    select
        *,
        hours_for(fresh_tokens_per_day, prefill_tok_s_high) as reading_low,
        hours_for(fresh_tokens_per_day, prefill_tok_s_mid) as reading_mid,
        hours_for(fresh_tokens_per_day, prefill_tok_s_low) as reading_high,
        hours_for(output_tokens_per_day, tokens_per_s_high) as writing_low,
        hours_for(output_tokens_per_day, tokens_per_s_mid) as writing_mid,
        hours_for(output_tokens_per_day, tokens_per_s_low) as writing_high,
        served_fraction(reading_low + writing_low, hours_on_per_week) as served_low,
        served_fraction(reading_mid + writing_mid, hours_on_per_week) as served_mid,
        served_fraction(reading_high + writing_high, hours_on_per_week) as served_high,
        usd_per_month_of_power(
            reading_low * served_low, writing_low * served_low, hours_on_per_week, prefill_w_low, watts_low, idle_w_low,
            usd_per_kwh
        ) as power_low,
        usd_per_month_of_power(
            reading_mid * served_mid, writing_mid * served_mid, hours_on_per_week, prefill_w_mid, watts_mid, idle_w_mid,
            usd_per_kwh
        ) as power_mid,
        usd_per_month_of_power(
            reading_high * served_high, writing_high * served_high, hours_on_per_week, prefill_w_high, watts_high,
            idle_w_high, usd_per_kwh
        ) as power_high
    from sped
)

select
    model_class,
    build_id,
    scenario_id,
    workload_id,
    system,
    workload,
    throughput_from,
    model_id,
    model,
    quantization,
    split,
    evidence,
    capex_low_usd,
    capex_mid_usd,
    capex_high_usd,
    capex_from,
    capex_bound,
    price_missing,
    speeds_model_id,
    speeds_quantization,
    accelerators_used,
    memory_needed_gb,
    memory_gb,
    fits_in_memory,
    tokens_per_s_low,
    tokens_per_s_mid,
    tokens_per_s_high,
    tokens_per_s_mid / concurrency as reader_tok_s,
    prefill_tok_s_low,
    prefill_tok_s_mid,
    prefill_tok_s_high,
    prompt_tokens / prefill_tok_s_mid as time_to_first_token_s,
    fresh_tokens_per_day,
    input_tokens_per_day - fresh_tokens_per_day as cached_tokens_per_day,
    output_tokens_per_day,
    input_tokens_per_day + output_tokens_per_day as tokens_per_day,
    concurrency,
    hours_on_per_week,
    watts_low,
    watts_mid,
    watts_high,
    prefill_w_low,
    prefill_w_mid,
    prefill_w_high,
    idle_w_low,
    idle_w_mid,
    idle_w_high,
    reading_low + writing_low as busy_hours_per_day_low,
    reading_mid + writing_mid as busy_hours_per_day_mid,
    reading_high + writing_high as busy_hours_per_day_high,
    share_of_capacity(busy_hours_per_day_mid, hours_on_per_week) as share_of_capacity,
    case when fits_in_memory is false then false else share_of_capacity <= 1 end as meets_demand,
    tokens_per_day / share_of_capacity as most_tokens_per_day,
    tokens_per_day * served_mid as tokens_made_per_day,
    usd_per_month_of_purchase(capex_mid_usd, life_years, residual_fraction) as purchase_usd_per_month,
    power_low as power_usd_per_month_low,
    power_mid as power_usd_per_month,
    power_high as power_usd_per_month_high,
    usd_per_month_of_power(0, 0, hours_on_per_week, prefill_w_mid, watts_mid, idle_w_mid, usd_per_kwh)
        as idle_usd_per_month,
    usd_per_month_of_purchase(capex_low_usd, life_years, residual_fraction) + power_low as usd_per_month_low,
    purchase_usd_per_month + power_mid as usd_per_month_mid,
    usd_per_month_of_purchase(capex_high_usd, life_years, residual_fraction) + power_high as usd_per_month_high,
    usd_per_mtok_of_month(usd_per_month_low, tokens_per_day * served_low) as usd_per_mtok_low,
    usd_per_mtok_of_month(usd_per_month_mid, tokens_per_day * served_mid) as usd_per_mtok_mid,
    usd_per_mtok_of_month(usd_per_month_high, tokens_per_day * served_high) as usd_per_mtok_high,
    usd_per_mtok_of_month(power_mid, tokens_per_day * served_mid) as power_usd_per_mtok,
    doubt,
    excluded,
    nullif(
        concat_ws(
            '; ',
            run_missing,
            coalesce(speeds_missing, case when fits_in_memory is null then 'how fast it reads a prompt is not known' end),
            case when is_reading_at_working_watts then 'its watts while it reads a prompt are not known: those at work count' end,
            case when idle_w_mid is null then 'its idle watts are not known: idle hours count nothing' end
        ),
        ''
    ) as missing
from at_work
order by model_class, build_id, scenario_id, workload_id

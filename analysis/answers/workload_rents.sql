-- What the tokens of each workload cost a month on one rented card, by every cloud rate, for each class of models: the hours that
-- the card needs for them, at its rate. A card that cannot make them in the hours that the workload has is not enough.
with speeds as (
    select
        r.cloud_rate_id,
        r.model_class,
        s.workload_id,
        s.model_id as speeds_model_id,
        s.quantization as speeds_quantization,
        s.fits_in_memory,
        s.decode_factor,
        s.prefill_tok_s_low,
        s.prefill_tok_s_mid,
        s.prefill_tok_s_high
    from rented_runs as r
    inner join class_models as k
        on k.model_class = r.model_class
        and k.excluded is null
    inner join class_models as own
        on own.model_class = r.model_class
        and own.model_id = r.model_id
        and own.quantization = r.quantization
    inner join workload_speeds as s
        on s.subject_kind = 'card'
        and s.subject_id = r.hardware_id
        and s.model_id = k.model_id
        and s.quantization = k.quantization
    qualify row_number() over (
        partition by r.cloud_rate_id, r.model_class, s.workload_id
        order by s.model_id <> r.model_id, abs(k.bits_per_weight - own.bits_per_weight), s.model_id, s.quantization
    ) = 1
),

busy as (
    select
        r.model_class,
        r.cloud_rate_id,
        w.workload_id,
        r.hardware_id,
        r.rented,
        r.model,
        r.quantization,
        r.evidence,
        r.rate_excluded,
        r.is_cheapest_of_card,
        r.usd_per_hour_low,
        r.usd_per_hour_mid,
        r.usd_per_hour_high,
        p.speeds_model_id,
        p.speeds_quantization,
        w.hours_on_per_week,
        w.input_tokens_per_day + w.output_tokens_per_day as tokens_per_day,
        r.tokens_per_s_mid * p.decode_factor as tokens_per_s_mid,
        p.prefill_tok_s_mid,
        busy_hours_per_day(
            w.input_tokens_per_day, w.cached_fraction, w.output_tokens_per_day, p.prefill_tok_s_high,
            r.tokens_per_s_high * p.decode_factor
        ) as hours_per_day_low,
        busy_hours_per_day(
            w.input_tokens_per_day, w.cached_fraction, w.output_tokens_per_day, p.prefill_tok_s_mid,
            r.tokens_per_s_mid * p.decode_factor
        ) as hours_per_day_mid,
        busy_hours_per_day(
            w.input_tokens_per_day, w.cached_fraction, w.output_tokens_per_day, p.prefill_tok_s_low,
            r.tokens_per_s_low * p.decode_factor
        ) as hours_per_day_high
    from rented_runs as r
    inner join speeds as p
        on p.cloud_rate_id = r.cloud_rate_id
        and p.model_class = r.model_class
    inner join workloads as w
        on w.workload_id = p.workload_id
    where p.fits_in_memory
        and p.prefill_tok_s_mid is not null
),

costed as (
    select
        *,
        usd_per_month_rented(hours_per_day_low, usd_per_hour_low) as usd_per_month_low,
        usd_per_month_rented(hours_per_day_mid, usd_per_hour_mid) as usd_per_month_mid,
        usd_per_month_rented(hours_per_day_high, usd_per_hour_high) as usd_per_month_high,
        usd_per_month_rented(hours_on_per_week / 7, usd_per_hour_mid) as kept_on_usd_per_month,
        reasons(
            rate_excluded,
            case
                when share_of_capacity(hours_per_day_mid, hours_on_per_week) > 1
                    then 'one card cannot make so many tokens in the hours of the workload'
            end
        ) as excluded
    from busy
)

select
    model_class,
    workload_id,
    cloud_rate_id,
    hardware_id,
    rented,
    model,
    quantization,
    evidence,
    speeds_model_id,
    speeds_quantization,
    tokens_per_s_mid,
    prefill_tok_s_mid,
    usd_per_hour_low,
    usd_per_hour_mid,
    usd_per_hour_high,
    hours_per_day_low,
    hours_per_day_mid,
    hours_per_day_high,
    usd_per_month_low,
    usd_per_month_mid,
    usd_per_month_high,
    kept_on_usd_per_month,
    usd_per_mtok_of_month(usd_per_month_low, tokens_per_day) as usd_per_mtok_low,
    usd_per_mtok_of_month(usd_per_month_mid, tokens_per_day) as usd_per_mtok_mid,
    usd_per_mtok_of_month(usd_per_month_high, tokens_per_day) as usd_per_mtok_high,
    is_cheapest_of_card,
    excluded,
    excluded is null and row_number() over (
        partition by model_class, workload_id
        order by excluded is not null, usd_per_month_mid, cloud_rate_id
    ) = 1 as is_cheapest
from costed
order by model_class, workload_id, cloud_rate_id

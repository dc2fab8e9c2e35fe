-- What providers ask a month for the tokens of each workload from a model of each class: fresh and cached prompts and
-- generated tokens each at its price; the cheapest, the median and the highest.
with counted as (
    select
        k.model_class,
        w.workload_id,
        a.api_price_id,
        a.provider,
        a.observed_on,
        t.as_of,
        a.cached_input_usd_per_mtok is not null as has_cached_price,
        fresh_tokens(w.input_tokens_per_day, w.cached_fraction) as fresh,
        w.input_tokens_per_day - fresh as cached,
        w.input_tokens_per_day + w.output_tokens_per_day as tokens_per_day,
        usd_per_month_of_tokens(
            fresh, cached, w.output_tokens_per_day, a.input_usd_per_mtok_low, a.cached_input_usd_per_mtok,
            a.output_usd_per_mtok_low
        ) as usd_per_month_low,
        usd_per_month_of_tokens(
            fresh, cached, w.output_tokens_per_day, mid(a.input_usd_per_mtok_low, a.input_usd_per_mtok_high),
            a.cached_input_usd_per_mtok, mid(a.output_usd_per_mtok_low, a.output_usd_per_mtok_high)
        ) as usd_per_month_mid,
        usd_per_month_of_tokens(
            fresh, cached, w.output_tokens_per_day, a.input_usd_per_mtok_high, a.cached_input_usd_per_mtok,
            a.output_usd_per_mtok_high
        ) as usd_per_month_high
    from api_prices as a
    inner join (select distinct model_class, model_id from class_models where is_class_size) as k
        on k.model_id = a.model_id
    cross join workloads as w
    cross join settings as t
    where a.output_usd_per_mtok_low is not null
        and a.input_usd_per_mtok_low is not null
        and a.hours is null
        and a.context_tokens is null
)

select
    model_class,
    workload_id,
    count(distinct provider) as providers,
    count(*) filter (where has_cached_price) as with_cached_price,
    arg_min(api_price_id, row(usd_per_month_low, api_price_id)) as cheapest_api_price_id,
    arg_min(provider, row(usd_per_month_low, api_price_id)) as cheapest_provider,
    min(observed_on) as oldest_on,
    max(observed_on) as newest_on,
    date_diff('month', min(observed_on), any_value(as_of)) as oldest_months,
    min(usd_per_month_low) as usd_per_month_low,
    median(usd_per_month_mid) as usd_per_month_mid,
    max(usd_per_month_high) as usd_per_month_high,
    usd_per_mtok_of_month(min(usd_per_month_low), any_value(tokens_per_day)) as usd_per_mtok_low,
    usd_per_mtok_of_month(median(usd_per_month_mid), any_value(tokens_per_day)) as usd_per_mtok_mid,
    usd_per_mtok_of_month(max(usd_per_month_high), any_value(tokens_per_day)) as usd_per_mtok_high
from counted
group by model_class, workload_id
order by model_class, workload_id

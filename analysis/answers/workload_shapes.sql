-- The workloads as pages speak of them: tokens of a day read afresh, read from the cache and generated, and their shares.
select
    workload_id,
    name,
    fresh_tokens(input_tokens_per_day, cached_fraction) as fresh_tokens_per_day,
    input_tokens_per_day - fresh_tokens_per_day as cached_tokens_per_day,
    output_tokens_per_day,
    input_tokens_per_day + output_tokens_per_day as tokens_per_day,
    output_tokens_per_day / tokens_per_day * 100 as output_percent,
    cached_fraction * 100 as cached_percent,
    cached_fraction,
    prompt_tokens,
    context_tokens,
    concurrency,
    hours_on_per_week,
    source,
    source_day
from workloads
order by tokens_per_day, workload_id

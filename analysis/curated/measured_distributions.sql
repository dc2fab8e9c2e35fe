-- Every measured configuration as a distribution: how many readings, their quartiles, and how many are out of line.
select
    r.configuration_id,
    r.hardware_id,
    r.accelerators,
    r.model_id,
    r.quantization,
    r.phase,
    r.concurrency,
    r.context_tokens,
    r.software_generation,
    string_agg(distinct r.engine, ', ' order by r.engine) as engines,
    count(*)::integer as readings,
    count(distinct r.source_id)::integer as sources,
    min(r.tokens_per_s) as lowest_tok_s,
    quantile_cont(r.tokens_per_s, 0.25) filter (where not r.is_outlier) as lower_quartile_tok_s,
    any_value(r.median_tok_s) as median_tok_s,
    quantile_cont(r.tokens_per_s, 0.75) filter (where not r.is_outlier) as upper_quartile_tok_s,
    max(r.tokens_per_s) as highest_tok_s,
    count(*) filter (where r.is_outlier)::integer as outliers,
    string_agg(distinct r.remark, '; ' order by r.remark) as remarks,
    min(r.observed_on) as first_on,
    max(r.observed_on) as last_on,
    max(r.benchmark_id) filter (where r.is_representative) as benchmark_id
from measured_readings as r
group by
    r.configuration_id, r.hardware_id, r.accelerators, r.model_id, r.quantization, r.phase, r.concurrency, r.context_tokens,
    r.software_generation
order by r.configuration_id

-- Every throughput that a source states. `throughput` decides which of them a system may be computed with.
select
    observation_id as benchmark_id,
    hardware_id,
    case when hardware_id is not null then count end as gpu_count,
    link,
    build_id,
    model_id,
    quantization,
    engine,
    split_mode as split,
    host,
    phase,
    -- what several get together is not the speed of one of them
    case
        when concurrency > 1 or not is_combined_throughput(concat_ws(' ', raw_text, topic)) then concurrency
    end as concurrency,
    per_user,
    offload,
    -- what is stated for each card is stated here for all of them
    value_low * case when each then count else 1 end as tokens_per_s_low,
    value_high * case when each then count else 1 end as tokens_per_s_high,
    is_approximate,
    bound,
    basis,
    context_tokens,
    topic,
    note,
    is_derived,
    observation_id,
    source_id,
    raw_file,
    raw_row,
    raw_text,
    observed_on,
    date_basis
from current_observations
where attribute = 'tokens_per_s'
order by benchmark_id

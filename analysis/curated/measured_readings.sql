-- Measured throughputs by configuration: who ran the same model at the same format on the same accelerators, in the same
-- way. Several readings of one configuration are a distribution, and its median counts: not the newest, not the best.
-- A reading is out of line by Tukey's rule (half as far again as the quartiles are apart, beyond either of them) where
-- there are enough readings for quartiles, and where it is off the median by more than the computers around cards make.
with readings as (
    select
        concat_ws(
            '/', hardware_id, gpu_count, coalesce(link, 'any link'), coalesce(split, 'no split named'), model_id, quantization,
            phase, concurrency || ' at once', coalesce(host, 'any host'), coalesce(context_tokens::varchar, 'short'),
            software_generation(observed_on)
        ) as configuration_id,
        *,
        mid(tokens_per_s_low, tokens_per_s_high) * case when per_user then concurrency else 1 end as tokens_per_s
    from benchmarks
    where basis = 'measured'
        and not is_derived
        and bound is null
        and hardware_id is not null
        and model_id is not null
        and quantization is not null
        and concurrency is not null
        and offload = 'none'
),

spread as (
    select
        *,
        count(*) over (partition by configuration_id) as readings,
        quantile_cont(tokens_per_s, 0.25) over (partition by configuration_id) as lower_quartile,
        quantile_cont(tokens_per_s, 0.5) over (partition by configuration_id) as median_of_all,
        quantile_cont(tokens_per_s, 0.75) over (partition by configuration_id) as upper_quartile
    from readings
),

judged as (
    select
        *,
        readings >= 5
        and abs(tokens_per_s / median_of_all - 1) > 0.1
        and (
            tokens_per_s < lower_quartile - 1.5 * (upper_quartile - lower_quartile)
            or tokens_per_s > upper_quartile + 1.5 * (upper_quartile - lower_quartile)
        ) as is_outlier
    from spread
),

kept as (
    select
        *,
        quantile_cont(tokens_per_s, 0.5) filter (where not is_outlier) over (partition by configuration_id) as median_tok_s
    from judged
)

select
    benchmark_id,
    configuration_id,
    hardware_id,
    gpu_count as accelerators,
    split,
    model_id,
    quantization,
    phase,
    concurrency,
    context_tokens,
    software_generation(observed_on) as software_generation,
    engine,
    tokens_per_s,
    readings::integer as readings,
    median_tok_s,
    is_outlier,
    -- one reading stands for all: the nearest to the median
    row_number() over (
        partition by configuration_id
        order by is_outlier, abs(tokens_per_s - median_tok_s), observed_on desc, benchmark_id
    ) = 1 as is_representative,
    case
        when is_outlier and tokens_per_s < median_tok_s
            then format(
                'slower than the others by {:.0f} %: throttled by heat or power, or partly in host memory, it is suspected',
                100 * (1 - tokens_per_s / median_tok_s)
            )
        when is_outlier
            then format(
                'faster than the others by {:.0f} %: another format or setting than named is suspected',
                100 * (tokens_per_s / median_tok_s - 1)
            )
    end as remark,
    source_id,
    observed_on
from kept
order by benchmark_id

-- How fast one rented card runs a class of models, and what a million tokens costs on it: the run of a system with one
-- such card, what a source states of the card alone, or what the throughput model gives it; the best evidenced, and of
-- those the fastest. What a document only expects comes after the model here.
with speeds as (
    -- a system with one such card runs as the card does
    select
        b.accelerator_id as hardware_id,
        t.model_id,
        t.quantization,
        t.basis,
        t.tokens_per_s_low,
        t.tokens_per_s_mid,
        t.tokens_per_s_high,
        t.throughput_from
    from throughput as t
    inner join builds as b
        on b.build_id = t.build_id
        and b.accelerator_count = 1
    where t.excluded is null
        and t.basis <> 'modelled'
        and t.concurrency = 1
        and t.fits_in_memory
    union
    select
        k.hardware_id,
        k.model_id,
        k.quantization,
        k.basis,
        k.tokens_per_s_low,
        mid(k.tokens_per_s_low, k.tokens_per_s_high) as tokens_per_s_mid,
        k.tokens_per_s_high,
        k.benchmark_id as throughput_from
    from benchmarks as k
    inner join roofline as f
        on f.benchmark_id = k.benchmark_id
        and f.verdict not in ('impossible', 'partly')
    where k.gpu_count = 1
        and k.phase = 'decode'
        and coalesce(k.concurrency, 1) = 1
        and k.offload = 'none'
        and k.basis <> 'theoretical'
        and not k.is_derived
    union all
    select
        hardware_id,
        model_id,
        quantization,
        'modelled' as basis,
        tokens_per_s_low,
        tokens_per_s_mid,
        tokens_per_s_high,
        'card_speeds' as throughput_from
    from card_speeds
),

chosen as (
    select
        g.cloud_rate_id,
        k.model_class,
        g.hardware_id,
        g.rented,
        g.rented_memory_gb,
        g.usd_per_hour_low,
        g.usd_per_hour_mid,
        g.usd_per_hour_high,
        g.excluded as rate_excluded,
        s.throughput_from,
        s.model_id,
        k.model,
        s.quantization,
        evidence_word(s.basis) as evidence,
        s.tokens_per_s_low,
        s.tokens_per_s_mid,
        s.tokens_per_s_high,
        cloud_usd_per_mtok(g.usd_per_hour_low, s.tokens_per_s_high) as usd_per_mtok_low,
        cloud_usd_per_mtok(g.usd_per_hour_mid, s.tokens_per_s_mid) as usd_per_mtok_mid,
        cloud_usd_per_mtok(g.usd_per_hour_high, s.tokens_per_s_low) as usd_per_mtok_high
    from gpu_rates as g
    inner join speeds as s
        on s.hardware_id = g.hardware_id
    inner join class_models as k
        on k.model_id = s.model_id
        and k.quantization = s.quantization
        and k.excluded is null
    qualify row_number() over (
        partition by g.cloud_rate_id, k.model_class
        order by
            s.basis in ('expected', 'target'), evidence_rank(s.basis), s.tokens_per_s_mid desc, k.bits_per_weight desc, s.model_id, s.throughput_from
    ) = 1
)

select
    *,
    rate_excluded is null and row_number() over (
        partition by hardware_id, model_class
        order by rate_excluded is not null, usd_per_hour_mid, cloud_rate_id
    ) = 1 as is_cheapest_of_card
from chosen
order by cloud_rate_id, model_class

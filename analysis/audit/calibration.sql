-- The speeds that efficiency is calibrated on: plausible single-sequence claims of real hardware, one voice for each
-- source, accelerators, size of model and bits, so that a figure repeated through a document counts once.
with voices as (
    select
        r.efficiency_class,
        b.source_id,
        r.accelerator_id,
        r.accelerator_count,
        p.params_b,
        q.bits_per_weight,
        avg(r.ratio_low) as efficiency_low,
        avg(mid(r.ratio_low, r.ratio_high)) as efficiency,
        avg(r.ratio_high) as efficiency_high,
        min(r.gb_read_per_token / r.accelerator_count) as gb_per_accelerator,
        count(*) as readings,
        min(r.benchmark_id) as benchmark_id,
        list(r.benchmark_id order by r.benchmark_id) as benchmark_ids
    from roofline as r
    inner join benchmarks as b
        on b.benchmark_id = r.benchmark_id
    left join models as p
        on p.model_id = r.model_id
    left join quantizations as q
        on q.quantization = r.quantization
    where r.verdict = 'plausible'
        and r.concurrency = 1
        and b.basis in ('measured', 'reported', 'expected')
        and not b.is_derived
    group by r.efficiency_class, b.source_id, r.accelerator_id, r.accelerator_count, p.params_b, q.bits_per_weight
),

others as (
    select
        v.benchmark_id,
        median(o.efficiency) as efficiency
    from voices as v
    inner join voices as o
        on o.efficiency_class = v.efficiency_class
        and o.benchmark_id <> v.benchmark_id
    group by v.benchmark_id
)

select
    v.benchmark_id,
    v.efficiency_class,
    v.source_id,
    v.accelerator_id,
    v.accelerator_count,
    v.params_b,
    v.bits_per_weight,
    v.gb_per_accelerator,
    v.readings,
    v.benchmark_ids,
    v.efficiency_low,
    v.efficiency,
    v.efficiency_high,
    o.efficiency as efficiency_of_others,
    abs(o.efficiency / v.efficiency - 1) * 100 as left_out_error_percent
from voices as v
left join others as o
    on o.benchmark_id = v.benchmark_id
order by v.efficiency_class, v.benchmark_id

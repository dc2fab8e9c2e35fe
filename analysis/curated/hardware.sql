-- Every item by its main figures, one row an item: for each figure the best reading of a single piece.
with readings as (
    select
        s.hardware_id,
        s.attribute,
        -- where the maker's sheet counts memory in GiB, the GB of others are GiB too
        mid(s.value_low, s.value_high)
        * case
            when s.attribute = 'memory'
                and not contains(s.raw_text, 'GiB')
                and bool_or(contains(s.raw_text, 'GiB')) over (partition by s.hardware_id, s.attribute)
                then power(1.024, 3)
            else 1
        end as figure,
        s.value_text as word,
        s.observation_id,
        -- a memory that can be had up to so much says less than the one that a source has
        row(
            s.attribute = 'memory' and s.bound is not null,
            coalesce(p.rank, 1000),
            evidence_order(s.is_derived, s.observed_on, s.date_basis, s.bound, s.is_approximate, s.observation_id)
        ) as preference
    from specs as s
    left join source_preference as p
        on p.source_id = s.source_id
    where s.attribute in (
            'memory', 'memory_bandwidth', 'memory_type', 'tdp', 'capacity', 'tflops_fp32', 'tflops_fp16_vector'
        )
        and (s.pieces = 1 or s.each)
        and (s.value_low is not null or s.attribute = 'memory_type')
    union all
    select
        hardware_id,
        'msrp' as attribute,
        price_mid_usd as figure,
        null as word,
        observation_id,
        row(false, 1000, evidence_order(is_derived, observed_on, date_basis, bound, is_approximate, observation_id)) as preference
    from prices
    where condition = 'msrp'
        and is_candidate
        and is_current
    union all
    -- of a whole system the sources state what it draws, not a thermal design power
    select
        o.hardware_id,
        'system_power' as attribute,
        mid(o.value_low, o.value_high) as figure,
        null as word,
        o.observation_id,
        row(
            false,
            1000,
            evidence_order(
                o.is_derived, o.observed_on, o.date_basis, o.bound, o.is_approximate, o.observation_id
            )
        ) as preference
    from current_observations as o
    inner join catalogue_hardware as c
        on c.hardware_id = o.hardware_id
        and c.kind = 'system'
    where o.attribute = 'system_power'
        and o.count = 1
),

best as (
    select
        hardware_id,
        attribute,
        arg_min(figure, preference) as figure,
        arg_min(word, preference) as word,
        arg_min(observation_id, preference) as observation_id
    from readings
    group by hardware_id, attribute
),

main_figures as (
    select
        hardware_id,
        max(figure) filter (where attribute = 'memory') as memory_gb,
        max(figure) filter (where attribute = 'memory_bandwidth') as memory_bandwidth_gb_s,
        max(word) filter (where attribute = 'memory_type') as memory_type,
        max(figure) filter (where attribute = 'tflops_fp32') as fp32_tflops,
        max(figure) filter (where attribute = 'tflops_fp16_vector') as fp16_vector_tflops,
        max(figure) filter (where attribute = 'tdp') as tdp_w,
        max(figure) filter (where attribute = 'system_power') as system_power_w,
        max(figure) filter (where attribute = 'msrp') as msrp_usd,
        max(figure) filter (where attribute = 'capacity') as capacity_gb,
        max(observation_id) filter (where attribute = 'memory') as memory_from,
        max(observation_id) filter (where attribute = 'memory_bandwidth') as memory_bandwidth_from,
        max(observation_id) filter (where attribute = 'tflops_fp32') as fp32_tflops_from,
        max(observation_id) filter (where attribute = 'tdp') as tdp_from,
        max(observation_id) filter (where attribute = 'system_power') as system_power_from,
        max(observation_id) filter (where attribute = 'msrp') as msrp_from
    from best
    group by hardware_id
)

select
    c.hardware_id,
    c.name,
    c.kind,
    c.vendor,
    c.doubt,
    m.memory_gb,
    m.memory_gb * case when c.vendor = 'Apple' and c.kind = 'system' then a.value else 1 end as usable_memory_gb,
    m.memory_bandwidth_gb_s,
    m.memory_type,
    case
        when starts_with(m.memory_type, 'HBM') then 'hbm'
        when c.kind = 'system' then 'unified'
        when c.kind = 'gpu' and m.memory_type is not null then 'gddr'
    end as memory_kind,
    m.fp32_tflops,
    coalesce(m.fp16_vector_tflops, m.fp32_tflops) as fp16_vector_tflops,
    coalesce(m.tdp_w, m.system_power_w) as tdp_w,
    m.msrp_usd,
    m.capacity_gb,
    m.memory_from,
    m.memory_bandwidth_from,
    m.fp32_tflops_from,
    coalesce(m.tdp_from, m.system_power_from) as tdp_from,
    m.msrp_from
from catalogue_hardware as c
left join main_figures as m
    on m.hardware_id = c.hardware_id
left join assumptions as a
    on a.name = 'apple_memory_share'
order by c.hardware_id

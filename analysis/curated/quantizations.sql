-- Quantisations that the sources name: nominal bits of a weight, and the quality that is kept.
with named as (
    select distinct quantization
    from current_observations
    where quantization is not null
),

documented as (
    select
        quantization,
        attribute,
        arg_min(
            {'low': value_low, 'high': value_high, 'observation_id': observation_id},
            evidence_order(is_derived, observed_on, date_basis, bound, is_approximate, observation_id)
        ) as reading
    from current_observations
    where kind = 'quantization'
        and quantization is not null
    group by quantization, attribute
)

select
    n.quantization,
    -- the first number in a quantisation's name is its nominal bits: Q4_K_M, INT8, EXL2-4.25BPW
    coalesce(
        b.reading.low,
        try_cast(regexp_extract(n.quantization, '^(?:EXL2-|[A-Z]+)([0-9]+(?:\.[0-9]+)?)', 1) as double)
    ) as bits_per_weight,
    case
        when b.reading is not null then 'stated'
        when bits_per_weight is not null then 'name'
    end as bits_basis,
    q.reading.low as quality_low_percent,
    q.reading.high as quality_high_percent,
    b.reading.observation_id as bits_from,
    q.reading.observation_id as quality_from
from named as n
left join documented as b
    on b.quantization = n.quantization
    and b.attribute = 'bits_per_weight'
left join documented as q
    on q.quantization = n.quantization
    and q.attribute = 'quality'
order by bits_per_weight desc nulls last, n.quantization

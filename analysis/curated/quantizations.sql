-- Formats of weights: the bits that a weight really takes in a file, scales and wider tensors included, the bits in the
-- name, and the quality that is kept.
with named as (
    select quantization
    from current_observations
    where quantization is not null
    union
    select quantization
    from quantization_families
),

documented as (
    select
        o.quantization,
        o.attribute,
        arg_min(
            {'low': o.value_low, 'high': o.value_high, 'observation_id': o.observation_id, 'rank': p.rank},
            row(
                coalesce(p.rank, 1000),
                evidence_order(
                    o.is_derived, o.observed_on, o.date_basis, o.bound, o.is_approximate, o.observation_id
                )
            )
        ) as reading
    from current_observations as o
    left join source_preference as p
        on p.source_id = o.source_id
    where o.kind = 'quantization'
        and o.quantization is not null
    group by o.quantization, o.attribute
),

-- of a format whose bits nobody gives, a file of a model of known parameters says them
files as (
    select
        o.quantization,
        arg_min(
            {'bits': bits_of_file(mid(o.value_low, o.value_high), m.params_b), 'observation_id': o.observation_id},
            row(p.rank, o.observation_id)
        ) as reading
    from current_observations as o
    inner join source_preference as p
        on p.source_id = o.source_id
    inner join models as m
        on m.model_id = o.model_id
        and m.params_basis = 'documented'
    where o.attribute = 'size'
        and o.quantization is not null
    group by o.quantization
),

bits as (
    select
        n.quantization,
        f.stands_for,
        b.reading.rank is not null as is_reliably_stated,
        case when not coalesce(is_reliably_stated, false) and z.reading is not null then 'file' else 'stated' end as basis,
        case basis when 'file' then z.reading.bits else b.reading.low end as figure,
        case basis when 'file' then z.reading.observation_id else b.reading.observation_id end as bits_from,
        coalesce(is_reliably_stated, false) or z.reading is not null as is_reliable,
        -- the first number in a name is its nominal bits: Q4_K_M, INT8, EXL2-4.25BPW
        try_cast(
            regexp_extract(n.quantization, '^(?:EXL2-|[A-Z]+)([0-9]+(?:\.[0-9]+)?)', 1) as double
        ) as nominal_bits
    from named as n
    left join quantization_families as f
        on f.quantization = n.quantization
    left join documented as b
        on b.quantization = n.quantization
        and b.attribute = 'bits_per_weight'
    left join files as z
        on z.quantization = n.quantization
)

select
    b.quantization,
    b.stands_for,
    coalesce(case when b.is_reliable then b.figure end, s.figure, b.figure, b.nominal_bits) as bits_per_weight,
    case
        when b.is_reliable then b.basis
        when s.figure is not null then 'family'
        when b.figure is not null then 'stated'
        when b.nominal_bits is not null then 'name'
    end as bits_basis,
    e.reading.low as embedding_bits,
    coalesce(b.nominal_bits, b.figure) as nominal_bits,
    q.reading.low as quality_low_percent,
    q.reading.high as quality_high_percent,
    coalesce(case when b.is_reliable then b.bits_from end, s.bits_from, b.bits_from) as bits_from,
    q.reading.observation_id as quality_from
from bits as b
left join bits as s
    on s.quantization = b.stands_for
    and s.is_reliable
left join documented as e
    on e.quantization = b.quantization
    and e.attribute = 'embedding_bits'
left join documented as q
    on q.quantization = b.quantization
    and q.attribute = 'quality'
order by bits_per_weight desc nulls last, b.quantization

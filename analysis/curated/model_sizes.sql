-- What a model's weights take at a quantisation: every stated size, and one derived where a model has none of its own.
-- is_chosen marks the one that memory fit is judged by: never one too small for the bits that the quantisation
-- promises.
with stated as (
    select
        o.model_id,
        o.quantization,
        o.value_low as size_gb_low,
        o.value_high as size_gb_high,
        o.is_approximate,
        o.bound,
        -- weights of so many bits take no less than that; 5 % is left to rounding
        coalesce(o.value_high >= 0.95 * weights_gb(m.params_b, q.bits_per_weight), true) as holds_its_bits,
        holds_its_bits and row_number() over (
            partition by o.model_id, o.quantization, holds_its_bits
            order by
                evidence_order(
                    o.is_derived, o.observed_on, o.date_basis, o.bound, o.is_approximate, o.observation_id
                )
        ) = 1 as is_chosen,
        o.observation_id,
        o.source_id,
        o.raw_file,
        o.raw_row,
        o.raw_text,
        o.observed_on,
        o.date_basis
    from current_observations as o
    inner join models as m
        on m.model_id = o.model_id
    left join quantizations as q
        on q.quantization = o.quantization
    where o.attribute = 'size'
        and o.model_id is not null
),

without_own_size as (
    select
        m.model_id,
        m.params_b,
        q.quantization,
        q.bits_per_weight
    from models as m
    cross join quantizations as q
    where not exists (
        select 1
        from stated as s
        where s.model_id = m.model_id
            and s.quantization = q.quantization
            and s.is_chosen
    )
),

-- a size stated for another model of as many parameters says more than the bits in a name, which leave out scales and
-- the layers that are kept wider
same_size as (
    select
        m.params_b,
        s.quantization,
        arg_min(
            {
                'low': s.size_gb_low, 'high': s.size_gb_high, 'model_id': s.model_id, 'observation_id': s.observation_id
            },
            row(m.name not like 'unnamed%', s.bound is not null, s.is_approximate, s.observation_id)
        ) as size
    from stated as s
    inner join models as m
        on m.model_id = s.model_id
    where s.is_chosen
        and s.quantization is not null
    group by m.params_b, s.quantization
),

derived as (
    select
        w.model_id,
        w.quantization,
        coalesce(z.size.low, weights_gb(w.params_b, w.bits_per_weight)) as size_gb_low,
        coalesce(z.size.high, weights_gb(w.params_b, w.bits_per_weight)) as size_gb_high,
        case
            when z.size is not null then 'size stated for ' || z.size.model_id
            else 'parameters x nominal bits'
        end as derivation,
        z.size.observation_id as derived_from
    from without_own_size as w
    left join same_size as z
        on z.params_b = w.params_b
        and z.quantization = w.quantization
)

select
    observation_id as model_size_id,
    model_id,
    quantization,
    size_gb_low,
    size_gb_high,
    'stated' as basis,
    null as derivation,
    null as derived_from,
    holds_its_bits,
    is_chosen,
    is_approximate,
    bound,
    observation_id,
    source_id,
    raw_file,
    raw_row,
    raw_text,
    observed_on,
    date_basis
from stated
union all by name
select
    'derived:' || model_id || ':' || quantization as model_size_id,
    model_id,
    quantization,
    size_gb_low,
    size_gb_high,
    'derived' as basis,
    derivation,
    derived_from,
    true as holds_its_bits,
    true as is_chosen,
    true as is_approximate
from derived
where size_gb_low is not null
order by model_id, quantization, basis desc, model_size_id

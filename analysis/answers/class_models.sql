-- Which models, at which quantisations, may answer for a class: as large as the class's own model, with as many bits a
-- weight as the rules ask for. The others are compared nowhere, each with its reason.
with rules as (
    select
        max(value) filter (where name = 'least_bits') as least_bits,
        max(value) filter (where name = 'same_size_tolerance') as same_size_tolerance
    from assumptions
),

sized as (
    select
        model_id,
        name,
        model_class,
        params_b,
        coalesce(active_params_b, params_b) as active_params_b
    from models
)

select
    k.class as model_class,
    m.model_id,
    q.quantization,
    m.name as model,
    q.bits_per_weight,
    k.params_low_b as class_from_b,
    abs(m.params_b - s.params_b) <= s.params_b * r.same_size_tolerance
        and abs(m.active_params_b - s.active_params_b) <= s.active_params_b * r.same_size_tolerance as is_class_size,
    reasons(
        case when not is_class_size then 'not as large as ' || s.name || ', which stands for the class' end,
        case
            when q.bits_per_weight is null then 'its bits a weight are not known'
            when q.bits_per_weight < r.least_bits then format('fewer than {:g} bits a weight', r.least_bits)
        end
    ) as excluded
from model_classes as k
inner join sized as s
    on s.model_id = k.model_id
inner join sized as m
    on m.model_class = k.class
cross join quantizations as q
cross join rules as r
order by k.params_low_b, m.model_id, q.quantization

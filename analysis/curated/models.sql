-- Language models: parameters as documented, else as the name says, and the class they are compared in.
with documented as (
    select
        model_id,
        attribute,
        arg_min(
            {'figure': mid(value_low, value_high), 'observation_id': observation_id},
            evidence_order(is_derived, observed_on, date_basis, bound, is_approximate, observation_id)
        ) as reading
    from current_observations
    where attribute in ('parameters', 'active_parameters')
        and model_id is not null
        and not is_derived
    group by model_id, attribute
),

sized as (
    select
        c.model_id,
        c.name,
        c.architecture,
        coalesce(p.reading.figure, c.params_b) as params_b,
        coalesce(a.reading.figure, c.active_params_b) as active_params_b,
        case when p.reading is not null then 'documented' else 'name' end as params_basis,
        p.reading.observation_id as params_from,
        a.reading.observation_id as active_params_from
    from catalogue_models as c
    left join documented as p
        on p.model_id = c.model_id
        and p.attribute = 'parameters'
    left join documented as a
        on a.model_id = c.model_id
        and a.attribute = 'active_parameters'
)

select
    s.model_id,
    s.name,
    s.params_b,
    s.active_params_b,
    s.architecture,
    m.class as model_class,
    s.params_basis,
    s.params_from,
    s.active_params_from
from sized as s
left join model_classes as m
    on s.params_b between m.params_low_b and m.params_high_b
order by s.params_b, s.model_id

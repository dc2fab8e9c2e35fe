-- Language models: parameters and shape as documented, else as the name says and as the nearest documented model of the
-- same architecture has them, and the class that each is compared in.
with readings as (
    select
        o.model_id,
        o.attribute,
        arg_min(
            {'figure': mid(o.value_low, o.value_high), 'word': o.value_text, 'observation_id': o.observation_id},
            row(
                coalesce(p.rank, 1000),
                evidence_order(
                    o.is_derived, o.observed_on, o.date_basis, o.bound, o.is_approximate, o.observation_id
                )
            )
        ) as best
    from current_observations as o
    left join source_preference as p
        on p.source_id = o.source_id
    where o.kind = 'model'
        and o.model_id is not null
        and not o.is_derived
    group by o.model_id, o.attribute
),

documented as (
    select
        model_id,
        max(best.figure) filter (where attribute = 'parameters') as params_b,
        max(best.observation_id) filter (where attribute = 'parameters') as params_from,
        max(best.figure) filter (where attribute = 'active_parameters') as active_params_b,
        max(best.observation_id) filter (where attribute = 'active_parameters') as active_params_from,
        max(best.figure) filter (where attribute = 'layers') as layers,
        max(best.observation_id) filter (where attribute = 'layers') as shape_from,
        -- keys and values of every head, unless a latent stands for them
        coalesce(
            max(best.figure) filter (where attribute = 'cache_width'),
            2 * max(best.figure) filter (where attribute = 'kv_heads')
            * max(best.figure) filter (where attribute = 'head_dim')
        ) as cache_width,
        max(best.figure) filter (where attribute = 'sliding_window') as sliding_window,
        max(best.figure) filter (where attribute = 'full_attention_layers') as full_attention_layers,
        max(best.figure) filter (where attribute = 'hidden_size') as hidden_size,
        max(best.figure) filter (where attribute = 'vocabulary_size') as vocabulary_size,
        expert_params_b(
            max(best.figure) filter (where attribute = 'experts'),
            max(best.figure) filter (where attribute = 'expert_layers'),
            max(best.figure) filter (where attribute = 'expert_width'),
            max(best.figure) filter (where attribute = 'hidden_size')
        ) as expert_params_b,
        max(best.figure) filter (where attribute = 'active_experts')
        / max(best.figure) filter (where attribute = 'experts') as expert_share,
        max(best.word) filter (where attribute = 'tied_embeddings') = 'yes' as tied_embeddings
    from readings
    group by model_id
),

sized as (
    select
        c.model_id,
        c.name,
        c.architecture,
        coalesce(d.params_b, c.params_b) as params_b,
        coalesce(d.active_params_b, c.active_params_b) as active_params_b,
        case when d.params_b is not null then 'documented' else 'name' end as params_basis,
        d.params_from,
        d.active_params_from,
        d.* exclude (model_id, params_b, active_params_b, params_from, active_params_from)
    from catalogue_models as c
    left join documented as d
        on d.model_id = c.model_id
),

-- an unnamed model of a size is built like the nearest named one
shapes as (
    select
        s.model_id,
        n.model_id as shape_of,
        n.layers,
        n.cache_width,
        n.sliding_window,
        n.full_attention_layers,
        n.hidden_size,
        n.vocabulary_size,
        n.tied_embeddings,
        n.shape_from
    from sized as s
    inner join sized as n
        on n.architecture = s.architecture
        and n.layers is not null
        and n.cache_width is not null
    qualify row_number() over (
        partition by s.model_id
        order by
            n.model_id <> s.model_id,
            abs(ln(n.params_b / s.params_b)),
            -- of models of one size the one without a peculiarity, then by name
            n.sliding_window is not null,
            n.model_id
    ) = 1
)

select
    s.model_id,
    s.name,
    s.params_b,
    s.active_params_b,
    s.architecture,
    m.class as model_class,
    h.layers::integer as layers,
    h.cache_width::integer as cache_width,
    h.sliding_window::bigint as sliding_window,
    h.full_attention_layers::integer as full_attention_layers,
    h.hidden_size::integer as hidden_size,
    h.vocabulary_size::integer as vocabulary_size,
    h.tied_embeddings,
    s.expert_params_b,
    s.expert_share,
    h.shape_of,
    h.shape_from,
    s.params_basis,
    s.params_from,
    s.active_params_from
from sized as s
left join shapes as h
    on h.model_id = s.model_id
left join model_classes as m
    on s.params_b between m.params_low_b and m.params_high_b
order by s.params_b, s.model_id

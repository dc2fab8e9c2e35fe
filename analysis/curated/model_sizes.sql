-- What a model's weights take at a quantisation: every stated size, and one derived from the parameters and the real bits
-- of the format. is_chosen marks the one that memory fit and speed are computed with: a file of that model as its maker or
-- the tool that wrote it gives it, else the derived one; a document's figure only where the bits of the format are unknown.
with stated as (
    select
        o.model_id,
        o.quantization,
        o.value_low as size_gb_low,
        o.value_high as size_gb_high,
        o.is_approximate,
        o.bound,
        p.rank is not null as is_file,
        file_gb(
            m.params_b, q.bits_per_weight, q.embedding_bits, m.vocabulary_size, m.hidden_size, m.tied_embeddings
        ) as by_bits_gb,
        -- weights of so many bits take no less than that; 5 % is left to rounding
        coalesce(o.value_high >= 0.95 * by_bits_gb, true) as holds_its_bits,
        row_number() over (
            partition by o.model_id, o.quantization
            order by
                holds_its_bits desc,
                coalesce(p.rank, 1000),
                evidence_order(
                    o.is_derived, o.observed_on, o.date_basis, o.bound, o.is_approximate, o.observation_id
                )
        ) = 1 as is_best,
        holds_its_bits and is_best and (is_file or by_bits_gb is null) as is_chosen,
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
    left join source_preference as p
        on p.source_id = o.source_id
    where o.attribute = 'size'
        and o.model_id is not null
),

derived as (
    select
        m.model_id,
        q.quantization,
        coalesce(f.size_gb_high, file_gb(
            m.params_b, q.bits_per_weight, q.embedding_bits, m.vocabulary_size, m.hidden_size, m.tied_embeddings
        )) as size_gb,
        case
            when f.model_id is not null then 'the file of ' || q.stands_for
            else format('{:.4g} billion parameters x {:.4g} bits ({})', m.params_b, q.bits_per_weight, q.bits_basis)
                || coalesce(format(', embedding and output layer at {:.2g}', q.embedding_bits), '')
        end as derivation,
        coalesce(f.observation_id, q.bits_from) as derived_from,
        not exists (
            select 1
            from stated as s
            where s.model_id = m.model_id
                and s.quantization = q.quantization
                and s.is_chosen
        ) as is_chosen
    from models as m
    cross join quantizations as q
    left join stated as f
        on f.model_id = m.model_id
        and f.quantization = q.stands_for
        and f.is_chosen
    where q.bits_per_weight is not null
        -- of a model that is bought by the token alone nobody says how large it is
        and m.params_b is not null
),

sizes as (
    select
        observation_id as model_size_id,
        model_id,
        quantization,
        size_gb_low,
        size_gb_high,
        'stated' as basis,
        null as derivation,
        null as derived_from,
        by_bits_gb,
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
        size_gb as size_gb_low,
        size_gb as size_gb_high,
        'derived' as basis,
        derivation,
        derived_from,
        size_gb as by_bits_gb,
        true as holds_its_bits,
        is_chosen,
        true as is_approximate
    from derived
)

select
    z.*,
    decode_read_gb(
        z.size_gb_high, m.params_b, m.active_params_b, m.vocabulary_size, m.hidden_size, m.tied_embeddings,
        m.expert_params_b, m.expert_share, q.bits_per_weight, q.embedding_bits
    ) as read_gb
from sizes as z
inner join models as m
    on m.model_id = z.model_id
left join quantizations as q
    on q.quantization = z.quantization
order by z.model_id, z.quantization, z.basis desc, z.model_size_id

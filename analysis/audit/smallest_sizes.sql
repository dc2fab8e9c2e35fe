-- The least memory that a model's weights can take at a quantisation: the kindest size for a claimed speed. The
-- smallest that any source states for a model of as many parameters at that quantisation, if it holds the bits that
-- the name promises.
with wanted as (
    select
        m.model_id,
        m.params_b,
        m.model_class,
        m.architecture,
        q.quantization,
        q.nominal_bits,
        weights_gb(m.params_b, q.nominal_bits) as nominal_gb
    from models as m
    cross join quantizations as q
    where q.nominal_bits is not null
        and m.params_b is not null
),

stated as (
    select
        s.*,
        m.params_b,
        m.model_class,
        m.architecture
    from model_sizes as s
    inner join models as m
        on m.model_id = s.model_id
    where s.basis = 'stated'
        and s.quantization is not null
),

readings as (
    select
        w.*,
        s.model_id as stated_for,
        s.quantization as stated_at,
        s.observation_id,
        -- a model of as many parameters counts as it is, one of nearly as many in proportion to them
        s.size_gb_low
        * case when abs(s.params_b / w.params_b - 1) < 0.02 then 1 else w.params_b / s.params_b end as size_gb,
        case
            -- Q4 is any of the Q4_…
            when abs(s.params_b / w.params_b - 1) < 0.02
                and (s.quantization = w.quantization or starts_with(s.quantization, w.quantization || '_'))
                then 1
            when s.quantization = w.quantization then 2
            when abs(s.params_b / w.params_b - 1) < 0.02 and starts_with(w.quantization, s.quantization || '_') then 3
        end as nearness
    from wanted as w
    inner join stated as s
        on s.model_class = w.model_class
        and s.architecture = w.architecture
    -- weights of so many bits take no less than that; 5 % is left to rounding
    where size_gb >= 0.95 * w.nominal_gb
),

kindest as (
    select
        model_id,
        quantization,
        arg_min(
            {'size_gb': size_gb, 'stated_for': stated_for, 'stated_at': stated_at, 'observation_id': observation_id},
            row(nearness, size_gb, stated_for <> model_id, observation_id)
        ) as reading
    from readings
    where nearness is not null
    group by model_id, quantization
)

select
    w.model_id,
    w.quantization,
    coalesce(k.reading.size_gb, w.nominal_gb) as size_gb,
    case when k.reading is null then 'nominal_bits' else 'stated' end as basis,
    case
        when k.reading is null then format('parameters x {:g} bits', w.nominal_bits)
        when k.reading.stated_for = w.model_id and k.reading.stated_at = w.quantization then 'stated'
        else 'stated for ' || k.reading.stated_for || ' at ' || k.reading.stated_at
    end as derivation,
    w.nominal_gb,
    k.reading.observation_id as size_from
from wanted as w
left join kindest as k
    on k.model_id = w.model_id
    and k.quantization = w.quantization
order by w.model_id, w.quantization

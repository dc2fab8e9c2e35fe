-- Every price that a source states, with the name of its item, the cell it was read from, how old it is on the day of the
-- data, and whether it is the best of its kind on that day.
with best as (
    select distinct on (hardware_id, condition)
        observation_id
    from prices
    cross join settings as s
    where is_candidate
        and (priced_on is null or priced_on <= s.as_of)
        and (known_from is null or known_from <= s.as_of)
        and (superseded_on is null or superseded_on > s.as_of)
    order by
        hardware_id,
        condition,
        priced_on desc nulls last,
        evidence_order(is_derived, observed_on, date_basis, bound, is_approximate, observation_id)
)

select
    p.observation_id,
    p.hardware_id,
    h.name as item,
    h.kind,
    list_position(
        ['gpu', 'system', 'cpu', 'board', 'memory', 'storage', 'psu', 'cooler', 'case', 'network', 'other'], h.kind
    ) as kind_rank,
    replace(p.condition, '_', ' ') as condition,
    r.rank as condition_rank,
    p.price_low_usd,
    p.price_mid_usd,
    p.price_high_usd,
    reasons(
        case when p.is_approximate then 'about' end,
        replace(p.bound, '_', ' ')
    ) as remark,
    p.lot_quantity,
    p.is_derived,
    p.observed_on,
    age_days(p.observed_on, n.ages_from) as age_days,
    case p.date_basis when 'explicit' then 'of this price' when 'document' then 'of its document' end as day_of,
    case when p.superseded_on is not null then 'superseded on ' || p.superseded_on end as fate,
    b.observation_id is not null as is_best,
    p.source_id,
    cell_text(o.raw_text) as cell,
    cell_place(o.raw_file, o.raw_row, o.raw_column) as place,
    case when p.observed_on is null then 'no day is stated' end as missing
from prices as p
left join newest_days as n
    on n.kind = 'price'
inner join hardware as h
    on h.hardware_id = p.hardware_id
inner join observations as o
    on o.observation_id = p.observation_id
left join price_preference as r
    on r.condition = p.condition
left join best as b
    on b.observation_id = p.observation_id
order by p.observation_id

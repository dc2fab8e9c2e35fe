-- Every price of an item that a source states, for a single piece of it, those of superseded snapshots included.
-- `build_parts` chooses among the current ones, prices_asof() among those of any day.
with priced_observations as (
    select
        o.*,
        s.known_from,
        s.superseded_on,
        s.is_current,
        -- a figure for several pieces that does not say what it pays for pays for all of them
        coalesce(o.lot_quantity, case when o.each then 1 else o.count end) as pieces_paid_for,
        -- what the snapshot before said of the same item, kind and day
        list({'low': p.value_low, 'high': p.value_high}) filter (where p.observation_id is not null) as said_before
    from observations as o
    inner join snapshots as s
        on s.raw_file = o.raw_file
        and s.is_known
    cross join settings as d
    left join observations as p
        on p.raw_file = s.supersedes
        and p.attribute = o.attribute
        and p.hardware_id = o.hardware_id
        and p.condition is not distinct from o.condition
        and p.observed_on is not distinct from o.observed_on
    where o.attribute = 'price'
        and o.hardware_id is not null
        and (o.observed_on is null or o.observed_on <= d.as_of)
    group by all
)

select
    observation_id,
    hardware_id,
    condition,
    value_low / pieces_paid_for as price_low_usd,
    mid(value_low, value_high) / pieces_paid_for as price_mid_usd,
    value_high / pieces_paid_for as price_high_usd,
    amount_low,
    amount_high,
    currency,
    tax,
    fx_day,
    is_approximate,
    bound,
    pieces_paid_for as lot_quantity,
    build_id,
    vendor,
    url,
    note,
    is_derived,
    not is_derived
        or bool_and(is_derived) over (partition by source_id, hardware_id, condition, is_current) as is_candidate,
    -- a page that is taken again states its figures again, unless it says of which day they are; another figure for a day
    -- of which it had spoken already is news as well
    case
        when known_from is null
            then observed_on
        when date_basis <> 'explicit'
            then known_from
        when said_before is not null
            and not list_contains(said_before, {'low': value_low, 'high': value_high})
            then known_from
        else observed_on
    end as priced_on,
    known_from,
    superseded_on,
    is_current,
    source_id,
    raw_file,
    raw_row,
    raw_text,
    observed_on,
    date_basis
from priced_observations
order by hardware_id, condition, observation_id

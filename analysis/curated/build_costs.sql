-- What each system costs: as its document priced it (stated), and by the best prices known on the day (current).
-- A sum of parts stands only if no part lacks a price; else the document's own total does, and without one nothing.
with stated_totals as (
    select
        o.build_id,
        arg_min(
            {'low': o.value_low, 'high': o.value_high, 'bound': o.bound, 'observation_id': o.observation_id},
            row(
                -- a document has several: the headline's round one, and the one printed under the parts
                l.raw_file is null,
                evidence_order(o.is_derived, o.observed_on, o.date_basis, o.bound, o.is_approximate, null),
                o.raw_file,
                o.raw_row,
                o.observation_id
            )
        ) as total
    from current_observations as o
    left join (select distinct build_id, raw_file from build_parts) as l
        on l.build_id = o.build_id
        and l.raw_file = o.raw_file
    where o.attribute = 'system_price'
        and o.build_id is not null
    group by o.build_id
),

part_prices as (
    select
        build_id,
        line,
        slot,
        quantity,
        hardware_id is not null as is_listed,
        coalesce(quantity || 'x ', '') || name as part,
        price_basis,
        'stated' as capex_basis,
        case when price_basis in ('stated', 'owned', 'included') then price_low_usd end as low_usd,
        case when price_basis in ('stated', 'owned', 'included') then price_mid_usd end as mid_usd,
        case when price_basis in ('stated', 'owned', 'included') then price_high_usd end as high_usd,
        price_bound as bound
    from build_parts
    union all by name
    select
        build_id,
        line,
        slot,
        quantity,
        hardware_id is not null as is_listed,
        coalesce(quantity || 'x ', '') || name as part,
        price_basis,
        'current' as capex_basis,
        current_price_low_usd as low_usd,
        current_price_mid_usd as mid_usd,
        current_price_high_usd as high_usd,
        current_bound as bound
    from build_parts
),

documents as (
    select
        c.build_id,
        t.total,
        -- a list that its document prices throughout and adds up is whole in that document's eyes
        coalesce(bool_and(b.price_basis = 'stated') filter (where b.hardware_id is not null), false)
            and t.total is not null as is_totalled_list,
        bool_or(b.price_basis = 'owned') as has_owned
    from catalogue_builds as c
    left join build_parts as b
        on b.build_id = c.build_id
    left join stated_totals as t
        on t.build_id = c.build_id
    group by c.build_id, t.total
),

-- what a plain host costs that nobody describes; it stands beside the other bases and never within a document's own costs
assumed as (
    select
        max(value) filter (where name = 'assumed_host_usd_low') as low_usd,
        max(value) filter (where name = 'assumed_host_usd_high') as high_usd,
        max(value) filter (where name = 'assumed_host_cards') as cards,
        coalesce(max(value) filter (where name = 'count_assumed_host'), 0) > 0 as counts
    from assumptions
),

bases as (
    select unnest(['stated', 'current']) as capex_basis
),

sums as (
    select
        d.build_id,
        s.capex_basis,
        d.total,
        d.has_owned,
        sum(p.low_usd) as parts_low_usd,
        sum(p.mid_usd) as parts_mid_usd,
        sum(p.high_usd) as parts_high_usd,
        max(p.bound) filter (where p.mid_usd is not null) as parts_bound,
        count(p.line) as parts,
        count(p.mid_usd) as parts_priced,
        string_agg(p.part, ', ' order by p.line) filter (where p.line is not null and p.mid_usd is null) as unpriced,
        sum(p.quantity) filter (where p.slot = 'gpu') as cards,
        coalesce(bool_and(p.slot = 'host') filter (where p.mid_usd is null), false) as lacks_host_alone,
        count(p.line) filter (
            where p.mid_usd is null
                and not (not p.is_listed and d.is_totalled_list)
        ) as blocking_parts
    from documents as d
    cross join bases as s
    left join part_prices as p
        on p.build_id = d.build_id
        and p.capex_basis = s.capex_basis
    group by d.build_id, s.capex_basis, d.total, d.has_owned
),

judged as (
    select
        *,
        case
            when parts > 0 and blocking_parts = 0 and not coalesce(has_owned and parts_high_usd = 0, false)
                then 'parts'
            when total is null
                then null
            when capex_basis = 'stated'
                then 'stated_total'
            -- nothing to pay for what one owns is no price of it
            when total.high = 0
                then null
            -- a total that some of its parts alone may exceed by now is no price of today
            when parts_high_usd > total.high
                then null
            else 'stated_total'
        end as capex_from
    from sums
),

-- a system of which everything but the host has a price, with an assumed one
with_host as (
    select
        j.*,
        a.counts,
        j.parts_low_usd + a.low_usd as host_low_usd,
        j.parts_mid_usd + mid(a.low_usd, a.high_usd) as host_mid_usd,
        j.parts_high_usd + a.high_usd as host_high_usd
    from judged as j
    cross join assumed as a
    where j.capex_basis = 'current'
        and j.capex_from is null
        and j.lacks_host_alone
        and not coalesce(j.has_owned, false)
        and j.cards <= a.cards
        and a.low_usd is not null
),

costs as (
    select
        *,
        case capex_from when 'parts' then parts_low_usd when 'stated_total' then total.low end as capex_low_usd,
        case capex_from when 'parts' then parts_mid_usd when 'stated_total' then mid(total.low, total.high) end
            as capex_mid_usd,
        case capex_from when 'parts' then parts_high_usd when 'stated_total' then total.high end as capex_high_usd,
        case capex_from when 'parts' then parts_bound when 'stated_total' then total.bound end as capex_bound
    from judged
    where (build_id, capex_basis) not in (select (build_id, capex_basis) from with_host where counts)
    union all by name
    select
        * exclude (capex_basis, capex_from, counts, host_low_usd, host_mid_usd, host_high_usd),
        unnest(case when counts then ['assumed_host', 'current'] else ['assumed_host'] end) as capex_basis,
        'assumed_host' as capex_from,
        host_low_usd as capex_low_usd,
        host_mid_usd as capex_mid_usd,
        host_high_usd as capex_high_usd,
        parts_bound as capex_bound
    from with_host
)

select
    build_id,
    capex_basis,
    capex_low_usd,
    capex_mid_usd,
    capex_high_usd,
    capex_bound,
    capex_from,
    parts_priced,
    parts - parts_priced as parts_unpriced,
    parts_low_usd as priced_parts_low_usd,
    parts_mid_usd as priced_parts_mid_usd,
    parts_high_usd as priced_parts_high_usd,
    total.low as stated_total_low_usd,
    total.high as stated_total_high_usd,
    total.observation_id as stated_total_from,
    reasons(
        case
            when capex_from is null and total.high = 0
                then 'already owned, so that the document counts nothing for it'
            when capex_from is null and total is not null
                then 'the priced parts alone may cost more than the document''s total'
        end,
        coalesce(
            'no price for ' || unpriced || case when capex_from = 'assumed_host' then ', for which a plain one is assumed' else '' end,
            case when parts = 0 then 'no parts listed' end
        ),
        case when capex_from is null and total is null then 'the document gives no total' end
    ) as missing
from costs
order by build_id, capex_basis

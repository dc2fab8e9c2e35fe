-- What a system costs by what its reader buys of it: all of it, or its accelerators alone where a computer for them is at
-- hand; whether used parts are among those prices; and how old they are on the day of the tables.
with lines as (
    select
        p.build_id,
        p.line,
        p.slot = 'gpu' or h.kind in ('gpu', 'system') as is_accelerator,
        p.name,
        p.current_condition,
        p.current_price_on,
        p.current_price_low_usd,
        p.current_price_mid_usd,
        p.current_price_high_usd
    from build_parts as p
    left join hardware as h
        on h.hardware_id = p.hardware_id
),

summed as (
    select
        build_id,
        sum(current_price_low_usd) filter (where is_accelerator) as low,
        sum(current_price_mid_usd) filter (where is_accelerator) as mid,
        sum(current_price_high_usd) filter (where is_accelerator) as high,
        count(*) filter (where is_accelerator) as accelerator_lines,
        count(current_price_mid_usd) filter (where is_accelerator) as accelerator_lines_priced,
        string_agg(name, ', ' order by line) filter (where current_condition = 'used' and current_price_mid_usd > 0) as used_parts,
        bool_or(is_accelerator and current_condition = 'used' and current_price_mid_usd > 0) as has_used_cards,
        min(current_price_on) as oldest_price_on,
        max(current_price_on) as newest_price_on
    from lines
    group by build_id
)

select
    s.build_id,
    s.name as system,
    s.capex_low_usd,
    s.capex_mid_usd,
    s.capex_high_usd,
    case when m.accelerator_lines = m.accelerator_lines_priced and m.mid > 0 then m.low end as cards_low_usd,
    case when m.accelerator_lines = m.accelerator_lines_priced and m.mid > 0 then m.mid end as cards_mid_usd,
    case when m.accelerator_lines = m.accelerator_lines_priced and m.mid > 0 then m.high end as cards_high_usd,
    usd_per_unit(cards_mid_usd, s.capex_mid_usd) as cards_share,
    m.used_parts,
    coalesce(m.used_parts, '') <> '' as has_used_parts,
    coalesce(m.has_used_cards, false) as has_used_cards,
    m.oldest_price_on,
    m.newest_price_on,
    date_diff('month', m.oldest_price_on, t.as_of) as oldest_price_months
from current_systems as s
cross join settings as t
left join summed as m
    on m.build_id = s.build_id
order by s.build_id

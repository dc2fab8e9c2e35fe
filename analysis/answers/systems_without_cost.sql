-- Systems that no cost of a million tokens could be computed for, and what is not known of each.
with priced as (
    select
        build_id,
        max(usd_per_mtok_mid) as usd_per_mtok
    from cost_per_token
    group by build_id
)

select
    s.build_id,
    s.name as system,
    s.capex_mid_usd is not null as has_price,
    s.watts_mid is not null as has_power,
    p.build_id is not null as has_speed,
    reasons(
        s.missing,
        case when p.build_id is null then 'no speed that a cost may be computed with' end
    ) as missing
from current_systems as s
left join priced as p
    on p.build_id = s.build_id
where p.usd_per_mtok is null
order by s.build_id

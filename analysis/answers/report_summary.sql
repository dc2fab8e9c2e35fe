-- How much of what the sources describe could be computed: the counts of the report's first page.
select
    r.scenario_id,
    count(distinct s.build_id) as systems,
    count(distinct s.build_id) filter (where s.capex_mid_usd is not null) as priced,
    count(distinct s.build_id) filter (where s.watts_mid is not null) as with_watts,
    count(distinct s.build_id) filter (where s.power_basis not in ('measured', 'stated') and s.watts_mid is not null) as watts_modelled,
    count(distinct s.build_id) filter (where s.is_complete) as complete,
    count(distinct s.build_id) filter (where c.usd_per_mtok_mid is not null) as with_cost,
    count(c.usd_per_mtok_mid) as costs,
    count(c.usd_per_mtok_mid) filter (where c.evidence = 'measured') as costs_measured,
    count(c.usd_per_mtok_mid) filter (where c.evidence = 'reported') as costs_reported,
    count(c.usd_per_mtok_mid) filter (where c.evidence in ('expected', 'target')) as costs_expected,
    count(c.usd_per_mtok_mid) filter (where c.evidence = 'modelled') as costs_modelled,
    (select count(*) from sources) as sources,
    coalesce((select newest_on from newest_days where kind = 'price'), (select as_of from settings)) as as_of
from scenarios as r
cross join current_systems as s
left join system_costs as c
    on c.build_id = s.build_id
    and c.scenario_id = r.scenario_id
group by r.scenario_id
order by r.scenario_id

-- What owning costs a month for whoever would have a part of it anyway: the accelerators alone, for a computer that is at hand,
-- and a machine that is sold after its life; for the cheapest machine of each class and workload.
with rules as (
    select
        max(value) filter (where name = 'resale_low') as resale_low,
        max(value) filter (where name = 'resale_high') as resale_high
    from assumptions
)

select
    a.model_class,
    a.scenario_id,
    a.workload_id,
    a.class_from_b,
    a.workload,
    a.build_id,
    a.system,
    a.capex_mid_usd,
    p.cards_mid_usd,
    p.used_parts,
    a.usd_per_month_mid as whole_usd_per_month,
    usd_per_month_of_purchase(p.cards_mid_usd, s.life_years, s.residual_fraction) + a.power_usd_per_month as cards_usd_per_month,
    -- what is sold for more than it cost makes a month cheaper than its electricity
    usd_per_month_of_purchase(a.capex_mid_usd, s.life_years, r.resale_low) + a.power_usd_per_month as sold_badly_usd_per_month,
    usd_per_month_of_purchase(a.capex_mid_usd, s.life_years, r.resale_high) + a.power_usd_per_month as sold_well_usd_per_month,
    a.power_usd_per_month,
    least(a.rent_usd_per_month_mid, a.api_usd_per_month_mid) as other_usd_per_month,
    a.verdict,
    case
        when a.verdict = 'own' then 'as it is'
        when cards_usd_per_month <= other_usd_per_month then 'with a computer at hand'
        when sold_badly_usd_per_month <= other_usd_per_month then 'if it sells for as little as used cards do'
        when sold_well_usd_per_month <= other_usd_per_month then 'only if it sells for more than it cost'
        when other_usd_per_month is not null then 'never: its electricity alone costs more, or nearly so'
    end as wins
from workload_answers as a
inner join system_prices as p
    on p.build_id = a.build_id
inner join scenarios as s
    on s.scenario_id = a.scenario_id
cross join rules as r
where a.rank = 1
order by a.class_from_b, a.scenario_id, a.workload_id

-- What a refresh changed. The tables called previous_… are those of the database that it replaces.
with all_prices as (
    select
        'before' as moment,
        hardware_id,
        condition,
        price_mid_usd,
        priced_on,
        is_current,
        is_candidate,
        is_derived,
        observed_on,
        date_basis,
        bound,
        is_approximate,
        observation_id
    from previous_prices
    union all
    select
        'after' as moment,
        hardware_id,
        condition,
        price_mid_usd,
        priced_on,
        is_current,
        is_candidate,
        is_derived,
        observed_on,
        date_basis,
        bound,
        is_approximate,
        observation_id
    from prices
),

best_prices as (
    select
        moment,
        hardware_id,
        condition,
        price_mid_usd
    from all_prices
    where is_current
        and is_candidate
        and condition is not null
    qualify row_number() over (
        partition by moment, hardware_id, condition
        order by
            priced_on desc nulls last,
            evidence_order(is_derived, observed_on, date_basis, bound, is_approximate, observation_id)
    ) = 1
),

price_moves as (
    select
        'price' as what,
        hardware_id as subject,
        condition as about,
        '' as scenario_id,
        max(price_mid_usd) filter (where moment = 'before') as before_value,
        max(price_mid_usd) filter (where moment = 'after') as after_value,
        'USD' as unit
    from best_prices
    group by hardware_id, condition
),

system_moves as (
    select
        'system_cost' as what,
        build_id as subject,
        '' as about,
        '' as scenario_id,
        b.capex_mid_usd as before_value,
        a.capex_mid_usd as after_value,
        'USD' as unit
    from (select * from previous_build_costs where capex_basis = 'current') as b
    full join (select * from build_costs where capex_basis = 'current') as a
        using (build_id)
),

-- the same places that the report gives: what answers says
ranking as (
    select
        'before' as moment,
        model_class,
        scenario_id,
        build_id,
        rank,
        usd_per_mtok_mid as usd_per_mtok
    from previous_answers
    where rank is not null
    union all
    select
        'after' as moment,
        model_class,
        scenario_id,
        build_id,
        rank,
        usd_per_mtok_mid as usd_per_mtok
    from answers
    where rank is not null
),

winners as (
    select
        moment,
        model_class,
        scenario_id,
        build_id,
        usd_per_mtok
    from ranking
    where rank = 1
),

winner_moves as (
    select
        'cheapest' as what,
        model_class as subject,
        '' as about,
        scenario_id,
        max(build_id) filter (where moment = 'before') as before_text,
        max(build_id) filter (where moment = 'after') as after_text,
        max(usd_per_mtok) filter (where moment = 'before') as before_value,
        max(usd_per_mtok) filter (where moment = 'after') as after_value,
        'USD/Mtok' as unit
    from winners
    group by model_class, scenario_id
    having before_text is distinct from after_text
),

pairs as (
    select
        cheaper.moment,
        cheaper.model_class,
        cheaper.scenario_id,
        cheaper.build_id,
        behind.build_id as other_build_id,
        cheaper.usd_per_mtok
    from ranking as cheaper
    inner join ranking as behind
        on behind.moment = cheaper.moment
        and behind.model_class = cheaper.model_class
        and behind.scenario_id = cheaper.scenario_id
        and behind.rank > cheaper.rank
),

order_moves as (
    select
        'order' as what,
        a.build_id as subject,
        a.model_class || ' before ' || a.other_build_id as about,
        a.scenario_id,
        a.other_build_id || ' before ' || a.build_id as before_text,
        a.build_id || ' before ' || a.other_build_id as after_text,
        r.usd_per_mtok as before_value,
        a.usd_per_mtok as after_value,
        'USD/Mtok' as unit
    from pairs as a
    inner join pairs as b
        on b.moment = 'before'
        and b.model_class = a.model_class
        and b.scenario_id = a.scenario_id
        and b.build_id = a.other_build_id
        and b.other_build_id = a.build_id
    inner join ranking as r
        on r.moment = 'before'
        and r.model_class = a.model_class
        and r.scenario_id = a.scenario_id
        and r.build_id = a.build_id
    where a.moment = 'after'
),

payback_moves as (
    select
        'payback' as what,
        build_id as subject,
        cloud_rate_id || ' ' || comparison as about,
        scenario_id,
        case when b.pays_back_within_life then 'within its life' else 'not within its life' end as before_text,
        case when a.pays_back_within_life then 'within its life' else 'not within its life' end as after_text,
        b.payback_years_mid as before_value,
        a.payback_years_mid as after_value,
        'year' as unit
    from previous_cloud_roi as b
    inner join cloud_roi as a
        using (build_id, cloud_rate_id, scenario_id, comparison)
    where b.pays_back_within_life is distinct from a.pays_back_within_life
        and b.pays_back_within_life is not null
        and a.pays_back_within_life is not null
),

moves as (
    select *
    from price_moves
    where before_value is distinct from after_value
    union all by name
    select *
    from system_moves
    where before_value is distinct from after_value
    union all by name
    select *
    from winner_moves
    union all by name
    select *
    from order_moves
    union all by name
    select *
    from payback_moves
)

select
    m.what,
    m.subject,
    coalesce(h.name, b.name) as name,
    m.about,
    m.scenario_id,
    m.before_text,
    m.after_text,
    m.before_value,
    m.after_value,
    m.unit,
    percent_change(m.before_value, m.after_value) as change_percent
from moves as m
left join catalogue_hardware as h
    on m.what = 'price'
    and h.hardware_id = m.subject
left join builds as b
    on m.what in ('system_cost', 'order', 'payback')
    and b.build_id = m.subject
order by m.what, m.subject, m.about, m.scenario_id

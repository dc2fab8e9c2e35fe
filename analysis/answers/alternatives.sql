-- What the same tokens cost elsewhere, for each system in each class of models under each scenario: on the same cards rented,
-- on the cheapest rented card that holds the model, and from a provider by the token. A rented card that is twice as fast is rented for half the hours:
-- its equivalent rate is own tok/s / rented tok/s * rate. A low payback takes the low price, the low watts, the high rate.
with same_cards as (
    select
        r.model_class,
        r.build_id,
        r.scenario_id,
        'same_card' as alternative,
        g.cloud_rate_id,
        g.rented,
        b.accelerator_count as rented_gpus,
        -- the same cards make as many tokens: no ratio of two ranges
        b.accelerator_count * g.usd_per_hour_low as usd_per_hour_low,
        b.accelerator_count * g.usd_per_hour_mid as usd_per_hour_mid,
        b.accelerator_count * g.usd_per_hour_high as usd_per_hour_high,
        r.evidence as alternative_evidence,
        cloud_usd_per_mtok(b.accelerator_count * g.usd_per_hour_low, r.tokens_per_s_high) as alternative_usd_per_mtok_low,
        cloud_usd_per_mtok(b.accelerator_count * g.usd_per_hour_mid, r.tokens_per_s_mid) as alternative_usd_per_mtok_mid,
        cloud_usd_per_mtok(b.accelerator_count * g.usd_per_hour_high, r.tokens_per_s_low) as alternative_usd_per_mtok_high
    from best_run as r
    inner join builds as b
        on b.build_id = r.build_id
    inner join gpu_rates as g
        on g.hardware_id = b.accelerator_id
        and g.excluded is null
    where r.sharing = 'default'
    qualify row_number() over (
        partition by r.model_class, r.build_id, r.scenario_id
        order by g.usd_per_hour_mid, g.cloud_rate_id
    ) = 1
),

cheapest_cards as (
    select
        r.model_class,
        r.build_id,
        r.scenario_id,
        'cheapest_card' as alternative,
        c.cloud_rate_id,
        c.rented,
        1 as rented_gpus,
        equivalent_usd_per_hour(c.usd_per_mtok_low, r.tokens_per_s_low) as usd_per_hour_low,
        equivalent_usd_per_hour(c.usd_per_mtok_mid, r.tokens_per_s_mid) as usd_per_hour_mid,
        equivalent_usd_per_hour(c.usd_per_mtok_high, r.tokens_per_s_high) as usd_per_hour_high,
        c.evidence as alternative_evidence,
        c.usd_per_mtok_low as alternative_usd_per_mtok_low,
        c.usd_per_mtok_mid as alternative_usd_per_mtok_mid,
        c.usd_per_mtok_high as alternative_usd_per_mtok_high
    from best_run as r
    inner join rented_runs as c
        on c.model_class = r.model_class
        and c.rate_excluded is null
    where r.sharing = 'default'
    qualify row_number() over (
        partition by r.model_class, r.build_id, r.scenario_id
        order by c.usd_per_mtok_mid, c.cloud_rate_id
    ) = 1
),

bought_tokens as (
    select
        r.model_class,
        r.build_id,
        r.scenario_id,
        'api' as alternative,
        a.cheapest_provider as rented,
        equivalent_usd_per_hour(a.usd_per_mtok_low, r.tokens_per_s_low) as usd_per_hour_low,
        equivalent_usd_per_hour(a.usd_per_mtok_mid, r.tokens_per_s_mid) as usd_per_hour_mid,
        equivalent_usd_per_hour(a.usd_per_mtok_high, r.tokens_per_s_high) as usd_per_hour_high,
        a.usd_per_mtok_low as alternative_usd_per_mtok_low,
        a.usd_per_mtok_mid as alternative_usd_per_mtok_mid,
        a.usd_per_mtok_high as alternative_usd_per_mtok_high
    from best_run as r
    inner join class_api_prices as a
        on a.model_class = r.model_class
    where r.sharing = 'default'
),

known as (
    select *
    from same_cards
    union all by name
    select *
    from cheapest_cards
    union all by name
    select *
    from bought_tokens
),

kinds as (
    select unnest(['same_card', 'cheapest_card', 'api']) as alternative
)

select
    r.model_class,
    r.build_id,
    r.scenario_id,
    n.alternative,
    k.cloud_rate_id,
    k.rented,
    k.rented_gpus,
    k.alternative_evidence,
    k.usd_per_hour_low as equivalent_usd_per_hour_low,
    k.usd_per_hour_mid as equivalent_usd_per_hour_mid,
    k.usd_per_hour_high as equivalent_usd_per_hour_high,
    k.alternative_usd_per_mtok_low,
    k.alternative_usd_per_mtok_mid,
    k.alternative_usd_per_mtok_high,
    within(payback_years(r.capex_low_usd, k.usd_per_hour_high, r.watts_low, s.hours_per_week, s.usd_per_kwh), s.life_years)
        as payback_years_low,
    within(payback_years(r.capex_mid_usd, k.usd_per_hour_mid, r.watts_mid, s.hours_per_week, s.usd_per_kwh), s.life_years)
        as payback_years_mid,
    within(payback_years(r.capex_high_usd, k.usd_per_hour_low, r.watts_high, s.hours_per_week, s.usd_per_kwh), s.life_years)
        as payback_years_high,
    tokens_per_day(
        r.tokens_per_s_mid,
        breakeven_hours_per_week(
            r.capex_low_usd, k.usd_per_hour_high, r.watts_low, s.usd_per_kwh, s.life_years, s.residual_fraction
        )
    ) as breakeven_tokens_per_day_low,
    tokens_per_day(
        r.tokens_per_s_mid,
        breakeven_hours_per_week(
            r.capex_mid_usd, k.usd_per_hour_mid, r.watts_mid, s.usd_per_kwh, s.life_years, s.residual_fraction
        )
    ) as breakeven_tokens_per_day_mid,
    tokens_per_day(
        r.tokens_per_s_mid,
        breakeven_hours_per_week(
            r.capex_high_usd, k.usd_per_hour_low, r.watts_high, s.usd_per_kwh, s.life_years, s.residual_fraction
        )
    ) as breakeven_tokens_per_day_high,
    npv_usd(
        r.capex_high_usd, k.usd_per_hour_low, r.watts_high, s.hours_per_week, s.usd_per_kwh, s.life_years,
        s.residual_fraction, s.discount_rate
    ) as npv_usd_low,
    npv_usd(
        r.capex_mid_usd, k.usd_per_hour_mid, r.watts_mid, s.hours_per_week, s.usd_per_kwh, s.life_years,
        s.residual_fraction, s.discount_rate
    ) as npv_usd_mid,
    npv_usd(
        r.capex_low_usd, k.usd_per_hour_high, r.watts_low, s.hours_per_week, s.usd_per_kwh, s.life_years,
        s.residual_fraction, s.discount_rate
    ) as npv_usd_high,
    case
        when k.alternative is not null then null
        when n.alternative = 'same_card' then 'no rate that counts for the cards of this system is stated'
        when n.alternative = 'api' then 'no provider states a price of such a model by the token'
        else 'no rented card has both a rate that counts and a speed for this class'
    end as missing_alternative,
    reasons(r.missing, missing_alternative) as missing
from best_run as r
inner join scenarios as s
    on s.scenario_id = r.scenario_id
cross join kinds as n
left join known as k
    on k.model_class = r.model_class
    and k.build_id = r.build_id
    and k.scenario_id = r.scenario_id
    and k.alternative = n.alternative
where r.sharing = 'default'
order by r.model_class, r.build_id, r.scenario_id, n.alternative

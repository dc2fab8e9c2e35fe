-- What the tokens of each workload cost elsewhere, for each system in each class of models: on as many of its cards as hold
-- the model, rented for the hours that they take; on the cheapest rented card that holds it; from a provider. Of a machine
-- that cannot do all of a workload only what it does is compared. A low payback takes the low price and the high rate.
with same_cards as (
    select
        c.model_class,
        c.build_id,
        c.scenario_id,
        c.workload_id,
        'same_card' as alternative,
        g.cloud_rate_id,
        g.rented,
        c.accelerators_used as rented_gpus,
        c.evidence as alternative_evidence,
        c.busy_hours_per_day_mid as hours_per_day,
        c.accelerators_used * g.usd_per_hour_mid as equivalent_usd_per_hour,
        usd_per_month_rented(c.hours_on_per_week / 7, c.accelerators_used * g.usd_per_hour_mid) as kept_on_usd_per_month,
        -- the same cards take as long: no ratio of two ranges
        usd_per_month_rented(c.busy_hours_per_day_low, c.accelerators_used * g.usd_per_hour_low) as all_usd_per_month_low,
        usd_per_month_rented(c.busy_hours_per_day_mid, c.accelerators_used * g.usd_per_hour_mid) as all_usd_per_month_mid,
        usd_per_month_rented(c.busy_hours_per_day_high, c.accelerators_used * g.usd_per_hour_high) as all_usd_per_month_high
    from workload_costs as c
    inner join builds as b
        on b.build_id = c.build_id
    inner join gpu_rates as g
        on g.hardware_id = b.accelerator_id
        and g.excluded is null
    qualify row_number() over (
        partition by c.model_class, c.build_id, c.scenario_id, c.workload_id
        order by g.usd_per_hour_mid, g.cloud_rate_id
    ) = 1
),

cheapest_cards as (
    select
        c.model_class,
        c.build_id,
        c.scenario_id,
        c.workload_id,
        'cheapest_card' as alternative,
        r.cloud_rate_id,
        r.rented,
        1 as rented_gpus,
        r.evidence as alternative_evidence,
        r.hours_per_day_mid as hours_per_day,
        -- an hour of the system is worth the hours that the rented card takes for its tokens
        r.usd_per_hour_mid * r.hours_per_day_mid / nullif(c.busy_hours_per_day_mid, 0) as equivalent_usd_per_hour,
        r.kept_on_usd_per_month,
        r.usd_per_month_low as all_usd_per_month_low,
        r.usd_per_month_mid as all_usd_per_month_mid,
        r.usd_per_month_high as all_usd_per_month_high
    from workload_costs as c
    inner join workload_rents as r
        on r.model_class = c.model_class
        and r.workload_id = c.workload_id
        and r.is_cheapest
),

bought_tokens as (
    select
        c.model_class,
        c.build_id,
        c.scenario_id,
        c.workload_id,
        'api' as alternative,
        a.cheapest_provider as rented,
        a.usd_per_month_low as all_usd_per_month_low,
        a.usd_per_month_mid as all_usd_per_month_mid,
        a.usd_per_month_high as all_usd_per_month_high
    from workload_costs as c
    inner join workload_api_prices as a
        on a.model_class = c.model_class
        and a.workload_id = c.workload_id
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
),

compared as (
    select
        c.*,
        s.life_years,
        s.residual_fraction,
        s.discount_rate,
        n.alternative,
        k.* exclude (model_class, build_id, scenario_id, workload_id, alternative),
        -- of what the machine makes
        k.all_usd_per_month_low * c.tokens_made_per_day / c.tokens_per_day as other_low,
        k.all_usd_per_month_mid * c.tokens_made_per_day / c.tokens_per_day as other_mid,
        k.all_usd_per_month_high * c.tokens_made_per_day / c.tokens_per_day as other_high,
        12 * (other_high - c.power_usd_per_month_low) as saving_most,
        12 * (other_mid - c.power_usd_per_month) as saving_mid,
        12 * (other_low - c.power_usd_per_month_high) as saving_least,
        case
            when k.alternative is not null then null
            when n.alternative = 'same_card' then 'no rate that counts for the cards of this system is stated'
            when n.alternative = 'api' then 'no provider states a price of such a model by the token'
            else 'no rented card that holds the model with its context has a rate that counts and can make so many tokens'
        end as missing_alternative
    from workload_costs as c
    inner join scenarios as s
        on s.scenario_id = c.scenario_id
    cross join kinds as n
    left join known as k
        on k.model_class = c.model_class
        and k.build_id = c.build_id
        and k.scenario_id = c.scenario_id
        and k.workload_id = c.workload_id
        and k.alternative = n.alternative
)

select
    model_class,
    build_id,
    scenario_id,
    workload_id,
    alternative,
    cloud_rate_id,
    rented,
    rented_gpus,
    alternative_evidence,
    hours_per_day,
    equivalent_usd_per_hour,
    kept_on_usd_per_month,
    other_low as alternative_usd_per_month_low,
    other_mid as alternative_usd_per_month_mid,
    other_high as alternative_usd_per_month_high,
    usd_per_mtok_of_month(other_low, tokens_made_per_day) as alternative_usd_per_mtok_low,
    usd_per_mtok_of_month(other_mid, tokens_made_per_day) as alternative_usd_per_mtok_mid,
    usd_per_mtok_of_month(other_high, tokens_made_per_day) as alternative_usd_per_mtok_high,
    within(earned_back_years(capex_low_usd, saving_most), life_years) as payback_years_low,
    within(earned_back_years(capex_mid_usd, saving_mid), life_years) as payback_years_mid,
    within(earned_back_years(capex_high_usd, saving_least), life_years) as payback_years_high,
    breakeven_tokens_per_day(
        tokens_made_per_day,
        usd_per_month_of_purchase(capex_low_usd, life_years, residual_fraction) + idle_usd_per_month,
        usd_per_month_low, other_high, most_tokens_per_day
    ) as breakeven_tokens_per_day_low,
    breakeven_tokens_per_day(
        tokens_made_per_day,
        usd_per_month_of_purchase(capex_mid_usd, life_years, residual_fraction) + idle_usd_per_month,
        usd_per_month_mid, other_mid, most_tokens_per_day
    ) as breakeven_tokens_per_day_mid,
    breakeven_tokens_per_day(
        tokens_made_per_day,
        usd_per_month_of_purchase(capex_high_usd, life_years, residual_fraction) + idle_usd_per_month,
        usd_per_month_high, other_low, most_tokens_per_day
    ) as breakeven_tokens_per_day_high,
    present_value_usd(capex_high_usd, saving_least, life_years, residual_fraction, discount_rate) as npv_usd_low,
    present_value_usd(capex_mid_usd, saving_mid, life_years, residual_fraction, discount_rate) as npv_usd_mid,
    present_value_usd(capex_low_usd, saving_most, life_years, residual_fraction, discount_rate) as npv_usd_high,
    missing_alternative,
    reasons(missing, missing_alternative) as missing
from compared
order by model_class, build_id, scenario_id, workload_id, alternative

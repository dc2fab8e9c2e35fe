-- Which input moves an answer most, and where it turns over: for the cheapest machine of each class and workload, what owning
-- costs a month more than the better of a rented card and a provider, with one input at a time at its low and at its high end.
with rules as (
    select
        max(value) filter (where name = 'sensitivity_tokens_factor') as tokens_factor,
        max(value) filter (where name = 'sensitivity_life_low') as life_low,
        max(value) filter (where name = 'sensitivity_life_high') as life_high
    from assumptions
),

places as (
    select
        min(usd_per_kwh) as kwh_low,
        max(usd_per_kwh) as kwh_high
    from place_prices
),

answered as (
    select
        a.*,
        s.usd_per_kwh,
        s.life_years,
        s.residual_fraction,
        r.usd_per_hour_low,
        r.usd_per_hour_mid,
        r.usd_per_hour_high,
        k.*,
        least(p.kwh_low, s.usd_per_kwh) as kwh_low,
        greatest(p.kwh_high, s.usd_per_kwh) as kwh_high
    from workload_answers as a
    inner join scenarios as s
        on s.scenario_id = a.scenario_id
    left join gpu_rates as r
        on r.cloud_rate_id = a.cheapest_card_rate_id
    cross join rules as k
    cross join places as p
    where a.rank = 1
        and a.verdict is not null
),

inputs as (
    select unnest([
        'price of the machine', 'speed of the machine', 'price of electricity', 'cloud rate', 'price of tokens',
        'tokens a day', 'years of use'
    ]) as input
),

ends as (
    select unnest(['low', 'mid', 'high']) as position
),

moved as (
    select
        a.*,
        i.input,
        e.position,
        case when i.input <> 'price of the machine' or e.position = 'mid' then a.capex_mid_usd when e.position = 'low' then a.capex_low_usd else a.capex_high_usd end as capex,
        case when i.input <> 'speed of the machine' or e.position = 'mid' then a.tokens_per_s_mid when e.position = 'low' then a.tokens_per_s_low else a.tokens_per_s_high end as decode,
        case when i.input <> 'speed of the machine' or e.position = 'mid' then a.prefill_tok_s_mid when e.position = 'low' then a.prefill_tok_s_low else a.prefill_tok_s_high end as prefill,
        case when i.input <> 'price of electricity' or e.position = 'mid' then a.usd_per_kwh when e.position = 'low' then a.kwh_low else a.kwh_high end as kwh,
        case when i.input <> 'years of use' or e.position = 'mid' then a.life_years when e.position = 'low' then least(a.life_low, a.life_years) else greatest(a.life_high, a.life_years) end as life,
        case when i.input <> 'tokens a day' or e.position = 'mid' then 1 when e.position = 'low' then 1 / a.tokens_factor else a.tokens_factor end as factor,
        case when i.input <> 'cloud rate' or e.position = 'mid' then 1 when e.position = 'low' then a.usd_per_hour_low / a.usd_per_hour_mid else a.usd_per_hour_high / a.usd_per_hour_mid end as rate_factor,
        case when i.input <> 'price of tokens' or e.position = 'mid' then a.api_usd_per_month_mid when e.position = 'low' then a.api_usd_per_month_low else a.api_usd_per_month_high end as api_month
    from answered as a
    cross join inputs as i
    cross join ends as e
),

costed as (
    select
        *,
        hours_for(fresh_tokens_per_day * factor, prefill) as reading,
        hours_for(output_tokens_per_day * factor, decode) as writing,
        served_fraction(reading + writing, hours_on_per_week) as served,
        usd_per_month_of_purchase(capex, life, residual_fraction)
        + usd_per_month_of_power(reading * served, writing * served, hours_on_per_week, prefill_w_mid, watts_mid, idle_w_mid, kwh)
            as own_month,
        -- of the tokens that the machine makes
        least(rent_usd_per_month_mid * rate_factor, api_month) * factor * served as other_month,
        own_month - other_month as difference,
        case input
            when 'price of the machine' then capex
            when 'speed of the machine' then decode
            when 'price of electricity' then kwh
            when 'cloud rate' then usd_per_hour_mid * rate_factor
            when 'price of tokens' then usd_per_mtok_of_month(api_month, tokens_per_day)
            when 'tokens a day' then tokens_per_day * factor
            else life
        end as input_value
    from moved
),

sides as (
    select
        model_class,
        scenario_id,
        workload_id,
        input,
        any_value(class_from_b) as class_from_b,
        any_value(workload) as workload,
        any_value(build_id) as build_id,
        any_value(system) as system,
        any_value(verdict) as verdict,
        any_value(margin_percent) as margin_percent,
        max(input_value) filter (where position = 'low') as input_low,
        max(input_value) filter (where position = 'mid') as input_mid,
        max(input_value) filter (where position = 'high') as input_high,
        max(difference) filter (where position = 'low') as lower_end_usd,
        max(difference) filter (where position = 'mid') as difference_usd,
        max(difference) filter (where position = 'high') as upper_end_usd,
        max(own_month) filter (where position = 'mid') as own_month,
        max(other_month) filter (where position = 'mid') as other_month,
        any_value(capex_mid_usd) as capex,
        any_value(residual_fraction) as residual_fraction,
        any_value(life_years) as life_years,
        any_value(usd_per_kwh) as usd_per_kwh,
        any_value(power_usd_per_month) as power_month,
        any_value(purchase_usd_per_month) as purchase_month,
        any_value(rent_usd_per_month_mid) as rent_month,
        any_value(api_usd_per_month_mid) as api_month,
        any_value(cheapest_card_breakeven_tokens_per_day_mid) as over_card,
        any_value(api_breakeven_tokens_per_day_mid) as over_api
    from costed
    group by model_class, scenario_id, workload_id, input
),

turned as (
    select
        *,
        abs(upper_end_usd - lower_end_usd) as swing_usd,
        case input
            when 'price of the machine' then (other_month - power_month) * 12 * life_years / nullif(1 - residual_fraction, 0)
            when 'price of electricity' then (other_month - purchase_month) / nullif(power_month, 0) * usd_per_kwh
            when 'cloud rate' then input_mid * own_month / nullif(rent_month, 0)
            when 'price of tokens' then input_mid * own_month / nullif(api_month, 0)
            when 'tokens a day' then case when over_card is not null and over_api is not null then greatest(over_card, over_api) end
            when 'years of use' then capex * (1 - residual_fraction) / 12 / nullif(other_month - power_month, 0)
        end as turning_point
    from sides
)

select
    model_class,
    scenario_id,
    workload_id,
    input,
    class_from_b,
    workload,
    build_id,
    system,
    verdict,
    margin_percent,
    input_low,
    input_mid,
    input_high,
    lower_end_usd,
    difference_usd,
    upper_end_usd,
    swing_usd,
    row_number() over (
        partition by model_class, scenario_id, workload_id
        order by swing_usd desc nulls last, input
    ) as rank,
    case when turning_point > 0 then turning_point end as turns_over_at,
    coalesce(turning_point between input_low and input_high, false) as turns_within_range,
    coalesce(sign(lower_end_usd) <> sign(upper_end_usd), false) as changes_the_answer,
    dense_rank() over (
        partition by scenario_id, input
        order by margin_percent, model_class, workload_id
    ) as closeness
from turned
order by class_from_b, scenario_id, workload_id, rank

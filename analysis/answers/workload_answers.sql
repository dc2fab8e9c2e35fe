-- The answer for each class of models and workload under each scenario: systems by what a month costs, those first that can do
-- the work; what the same tokens cost rented and from a provider; own, rent or API; and which system is the cheapest,
-- the fastest, and gives the most memory for its price.
with compared as (
    select
        w.*,
        k.params_low_b as class_from_b,
        a.cloud_rate_id as same_card_rate_id,
        a.rented as same_card,
        a.rented_gpus as same_card_gpus,
        a.hours_per_day as same_card_hours_per_day,
        a.equivalent_usd_per_hour as same_card_equivalent_usd_per_hour,
        a.kept_on_usd_per_month as same_card_kept_on_usd_per_month,
        a.alternative_evidence as same_card_evidence,
        a.alternative_usd_per_month_low as same_card_usd_per_month_low,
        a.alternative_usd_per_month_mid as same_card_usd_per_month_mid,
        a.alternative_usd_per_month_high as same_card_usd_per_month_high,
        a.alternative_usd_per_mtok_low as same_card_usd_per_mtok_low,
        a.alternative_usd_per_mtok_mid as same_card_usd_per_mtok_mid,
        a.alternative_usd_per_mtok_high as same_card_usd_per_mtok_high,
        a.payback_years_low as same_card_payback_years_low,
        a.payback_years_mid as same_card_payback_years_mid,
        a.payback_years_high as same_card_payback_years_high,
        a.breakeven_tokens_per_day_low as same_card_breakeven_tokens_per_day_low,
        a.breakeven_tokens_per_day_mid as same_card_breakeven_tokens_per_day_mid,
        a.breakeven_tokens_per_day_high as same_card_breakeven_tokens_per_day_high,
        a.npv_usd_low as same_card_npv_usd_low,
        a.npv_usd_mid as same_card_npv_usd_mid,
        a.npv_usd_high as same_card_npv_usd_high,
        c.cloud_rate_id as cheapest_card_rate_id,
        c.rented as cheapest_card,
        c.hours_per_day as cheapest_card_hours_per_day,
        c.equivalent_usd_per_hour as cheapest_card_equivalent_usd_per_hour,
        c.kept_on_usd_per_month as cheapest_card_kept_on_usd_per_month,
        c.alternative_evidence as cheapest_card_evidence,
        c.alternative_usd_per_month_low as cheapest_card_usd_per_month_low,
        c.alternative_usd_per_month_mid as cheapest_card_usd_per_month_mid,
        c.alternative_usd_per_month_high as cheapest_card_usd_per_month_high,
        c.alternative_usd_per_mtok_low as cheapest_card_usd_per_mtok_low,
        c.alternative_usd_per_mtok_mid as cheapest_card_usd_per_mtok_mid,
        c.alternative_usd_per_mtok_high as cheapest_card_usd_per_mtok_high,
        c.payback_years_low as cheapest_card_payback_years_low,
        c.payback_years_mid as cheapest_card_payback_years_mid,
        c.payback_years_high as cheapest_card_payback_years_high,
        c.breakeven_tokens_per_day_low as cheapest_card_breakeven_tokens_per_day_low,
        c.breakeven_tokens_per_day_mid as cheapest_card_breakeven_tokens_per_day_mid,
        c.breakeven_tokens_per_day_high as cheapest_card_breakeven_tokens_per_day_high,
        c.npv_usd_low as cheapest_card_npv_usd_low,
        c.npv_usd_mid as cheapest_card_npv_usd_mid,
        c.npv_usd_high as cheapest_card_npv_usd_high,
        p.rented as api_provider,
        p.alternative_usd_per_month_low as api_usd_per_month_low,
        p.alternative_usd_per_month_mid as api_usd_per_month_mid,
        p.alternative_usd_per_month_high as api_usd_per_month_high,
        p.alternative_usd_per_mtok_low as api_usd_per_mtok_low,
        p.alternative_usd_per_mtok_mid as api_usd_per_mtok_mid,
        p.alternative_usd_per_mtok_high as api_usd_per_mtok_high,
        p.payback_years_low as api_payback_years_low,
        p.payback_years_mid as api_payback_years_mid,
        p.payback_years_high as api_payback_years_high,
        p.breakeven_tokens_per_day_low as api_breakeven_tokens_per_day_low,
        p.breakeven_tokens_per_day_mid as api_breakeven_tokens_per_day_mid,
        p.breakeven_tokens_per_day_high as api_breakeven_tokens_per_day_high,
        p.npv_usd_low as api_npv_usd_low,
        p.npv_usd_mid as api_npv_usd_mid,
        p.npv_usd_high as api_npv_usd_high,
        least(a.alternative_usd_per_month_mid, c.alternative_usd_per_month_mid) as rent_usd_per_month_mid,
        w.usd_per_month_mid is not null and coalesce(w.meets_demand, false) and w.excluded is null as is_ranked,
        concat_ws('; ', w.missing, a.missing_alternative, c.missing_alternative, p.missing_alternative) as all_missing
    from workload_costs as w
    inner join model_classes as k
        on k.class = w.model_class
    inner join workload_alternatives as a
        on a.model_class = w.model_class
        and a.build_id = w.build_id
        and a.scenario_id = w.scenario_id
        and a.workload_id = w.workload_id
        and a.alternative = 'same_card'
    inner join workload_alternatives as c
        on c.model_class = w.model_class
        and c.build_id = w.build_id
        and c.scenario_id = w.scenario_id
        and c.workload_id = w.workload_id
        and c.alternative = 'cheapest_card'
    inner join workload_alternatives as p
        on p.model_class = w.model_class
        and p.build_id = w.build_id
        and p.scenario_id = w.scenario_id
        and p.workload_id = w.workload_id
        and p.alternative = 'api'
),

ranked as (
    select
        *,
        row_number() over (
            partition by model_class, scenario_id, workload_id, is_ranked
            order by usd_per_month_mid, build_id
        ) as cost_place,
        row_number() over (
            partition by model_class, scenario_id, workload_id, is_ranked
            order by tokens_per_s_mid desc, usd_per_month_mid, build_id
        ) as speed_place,
        row_number() over (
            partition by model_class, scenario_id, workload_id, is_ranked
            order by usd_per_unit(capex_mid_usd, memory_gb), usd_per_month_mid, build_id
        ) as memory_place
    from compared
)

select
    * exclude (cost_place, speed_place, memory_place, is_ranked, all_missing, missing),
    case when is_ranked then cost_place end as rank,
    is_ranked and cost_place = 1 as is_cheapest,
    is_ranked and speed_place = 1 as is_fastest,
    is_ranked and memory_place = 1 as is_most_memory,
    usd_per_unit(capex_mid_usd, memory_gb) as usd_per_gb,
    case
        when not is_ranked or coalesce(rent_usd_per_month_mid, api_usd_per_month_mid) is null then null
        when usd_per_month_mid <= least(rent_usd_per_month_mid, api_usd_per_month_mid) then 'own'
        when coalesce(api_usd_per_month_mid <= rent_usd_per_month_mid, rent_usd_per_month_mid is null) then 'api'
        else 'rent'
    end as verdict,
    -- own against the cheaper of the other two
    margin_percent(usd_per_month_mid, least(rent_usd_per_month_mid, api_usd_per_month_mid)) as margin_percent,
    nullif(all_missing, '') as missing
from ranked
order by class_from_b, scenario_id, workload_id, rank nulls last, build_id

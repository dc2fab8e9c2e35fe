-- The answer of every page for each class of models under each scenario: the systems in order of what a million tokens
-- costs, what the same tokens cost on rented cards and from providers, and the verdict. Hour against hour is the second view, as the sources
-- compare: an hour of the system against an hour of the cheapest rented card that holds the model, whichever is faster.
with hourly as (
    select
        r.model_class,
        r.build_id,
        r.scenario_id,
        g.cloud_rate_id,
        g.rented,
        g.usd_per_hour_low,
        g.usd_per_hour_mid,
        g.usd_per_hour_high,
        within(o.payback_years_low, s.life_years) as payback_years_low,
        within(o.payback_years_mid, s.life_years) as payback_years_mid,
        within(o.payback_years_high, s.life_years) as payback_years_high,
        o.breakeven_hours_per_week_low,
        o.breakeven_hours_per_week as breakeven_hours_per_week_mid,
        o.breakeven_hours_per_week_high
    from best_run as r
    inner join scenarios as s
        on s.scenario_id = r.scenario_id
    inner join gpu_rates as g
        on g.rented_memory_gb >= r.memory_needed_gb
        and g.excluded is null
    inner join cloud_roi as o
        on o.build_id = r.build_id
        and o.cloud_rate_id = g.cloud_rate_id
        and o.scenario_id = r.scenario_id
        and o.comparison = 'one_gpu'
    where r.sharing = 'default'
    qualify row_number() over (
        partition by r.model_class, r.build_id, r.scenario_id
        order by g.usd_per_hour_mid, g.cloud_rate_id
    ) = 1
),

judged as (
    select
        r.*,
        k.params_low_b as class_from_b,
        s.hours_per_week,
        s.life_years,
        a.alternative_usd_per_mtok_mid as same_card_mid,
        c.alternative_usd_per_mtok_mid as cheapest_card_mid,
        least(a.alternative_usd_per_mtok_mid, c.alternative_usd_per_mtok_mid) as rent_usd_per_mtok,
        a.cloud_rate_id as same_card_rate_id,
        a.alternative_usd_per_mtok_low as same_card_usd_per_mtok_low,
        a.alternative_usd_per_mtok_mid as same_card_usd_per_mtok_mid,
        a.alternative_usd_per_mtok_high as same_card_usd_per_mtok_high,
        a.payback_years_low as same_card_payback_years_low,
        a.payback_years_mid as same_card_payback_years_mid,
        a.payback_years_high as same_card_payback_years_high,
        a.breakeven_tokens_per_day_low as same_card_breakeven_tokens_per_day_low,
        a.breakeven_tokens_per_day_mid as same_card_breakeven_tokens_per_day_mid,
        a.breakeven_tokens_per_day_high as same_card_breakeven_tokens_per_day_high,
        c.cloud_rate_id as cheapest_card_rate_id,
        c.rented as cheapest_card,
        c.alternative_evidence as cheapest_card_evidence,
        c.alternative_usd_per_mtok_low as cheapest_card_usd_per_mtok_low,
        c.alternative_usd_per_mtok_mid as cheapest_card_usd_per_mtok_mid,
        c.alternative_usd_per_mtok_high as cheapest_card_usd_per_mtok_high,
        c.payback_years_low as cheapest_card_payback_years_low,
        c.payback_years_mid as cheapest_card_payback_years_mid,
        c.payback_years_high as cheapest_card_payback_years_high,
        c.breakeven_tokens_per_day_low as cheapest_card_breakeven_tokens_per_day_low,
        c.breakeven_tokens_per_day_mid as cheapest_card_breakeven_tokens_per_day_mid,
        c.breakeven_tokens_per_day_high as cheapest_card_breakeven_tokens_per_day_high,
        p.rented as api_provider,
        p.alternative_usd_per_mtok_low as api_usd_per_mtok_low,
        p.alternative_usd_per_mtok_mid as api_usd_per_mtok_mid,
        p.alternative_usd_per_mtok_high as api_usd_per_mtok_high,
        p.payback_years_low as api_payback_years_low,
        p.payback_years_mid as api_payback_years_mid,
        p.payback_years_high as api_payback_years_high,
        p.breakeven_tokens_per_day_low as api_breakeven_tokens_per_day_low,
        p.breakeven_tokens_per_day_mid as api_breakeven_tokens_per_day_mid,
        p.breakeven_tokens_per_day_high as api_breakeven_tokens_per_day_high,
        concat_ws('; ', r.missing, a.missing_alternative, c.missing_alternative, p.missing_alternative) as all_missing
    from best_run as r
    inner join model_classes as k
        on k.class = r.model_class
    inner join scenarios as s
        on s.scenario_id = r.scenario_id
    inner join alternatives as a
        on a.model_class = r.model_class
        and a.build_id = r.build_id
        and a.scenario_id = r.scenario_id
        and a.alternative = 'same_card'
    inner join alternatives as c
        on c.model_class = r.model_class
        and c.build_id = r.build_id
        and c.scenario_id = r.scenario_id
        and c.alternative = 'cheapest_card'
    inner join alternatives as p
        on p.model_class = r.model_class
        and p.build_id = r.build_id
        and p.scenario_id = r.scenario_id
        and p.alternative = 'api'
    where r.sharing = 'default'
)

select
    j.model_class,
    j.scenario_id,
    j.build_id,
    case
        when j.usd_per_mtok_mid is not null and j.excluded is null
            then row_number() over (
                partition by j.model_class, j.scenario_id, j.excluded is null
                order by j.usd_per_mtok_mid nulls last, j.build_id
            )
    end as rank,
    case
        when j.usd_per_mtok_mid is not null and j.excluded is null and j.evidence = 'measured'
            then row_number() over (
                partition by j.model_class, j.scenario_id, j.evidence, j.usd_per_mtok_mid is null, j.excluded is null
                order by j.usd_per_mtok_mid, j.build_id
            )
    end as rank_measured,
    j.class_from_b,
    j.system,
    j.throughput_from,
    j.model_id,
    j.model,
    j.quantization,
    j.split,
    j.evidence,
    j.tokens_per_s_low,
    j.tokens_per_s_mid,
    j.tokens_per_s_high,
    j.hours_per_week,
    j.life_years,
    j.capex_low_usd,
    j.capex_mid_usd,
    j.capex_high_usd,
    j.capex_from,
    j.capex_bound,
    j.price_missing,
    j.usd_per_mtok_low,
    j.usd_per_mtok_mid,
    j.usd_per_mtok_high,
    j.capex_usd_per_mtok,
    j.power_usd_per_mtok,
    j.same_card_rate_id,
    j.same_card_usd_per_mtok_low,
    j.same_card_usd_per_mtok_mid,
    j.same_card_usd_per_mtok_high,
    j.same_card_payback_years_low,
    j.same_card_payback_years_mid,
    j.same_card_payback_years_high,
    j.same_card_breakeven_tokens_per_day_low,
    j.same_card_breakeven_tokens_per_day_mid,
    j.same_card_breakeven_tokens_per_day_high,
    j.cheapest_card_rate_id,
    j.cheapest_card,
    j.cheapest_card_evidence,
    j.cheapest_card_usd_per_mtok_low,
    j.cheapest_card_usd_per_mtok_mid,
    j.cheapest_card_usd_per_mtok_high,
    j.cheapest_card_payback_years_low,
    j.cheapest_card_payback_years_mid,
    j.cheapest_card_payback_years_high,
    j.cheapest_card_breakeven_tokens_per_day_low,
    j.cheapest_card_breakeven_tokens_per_day_mid,
    j.cheapest_card_breakeven_tokens_per_day_high,
    j.api_provider,
    j.api_usd_per_mtok_low,
    j.api_usd_per_mtok_mid,
    j.api_usd_per_mtok_high,
    j.api_payback_years_low,
    j.api_payback_years_mid,
    j.api_payback_years_high,
    j.api_breakeven_tokens_per_day_low,
    j.api_breakeven_tokens_per_day_mid,
    j.api_breakeven_tokens_per_day_high,
    case
        when j.usd_per_mtok_mid is null or coalesce(j.rent_usd_per_mtok, j.api_usd_per_mtok_mid) is null then null
        when j.usd_per_mtok_mid <= least(j.rent_usd_per_mtok, j.api_usd_per_mtok_mid) then 'own'
        when coalesce(j.api_usd_per_mtok_mid <= j.rent_usd_per_mtok, j.rent_usd_per_mtok is null) then 'api'
        else 'rent'
    end as verdict,
    -- own against the cheaper of the other two
    margin_percent(j.usd_per_mtok_mid, least(j.rent_usd_per_mtok, j.api_usd_per_mtok_mid)) as margin_percent,
    h.cloud_rate_id as hourly_rate_id,
    h.rented as hourly_card,
    h.usd_per_hour_low as hourly_usd_per_hour_low,
    h.usd_per_hour_mid as hourly_usd_per_hour_mid,
    h.usd_per_hour_high as hourly_usd_per_hour_high,
    h.payback_years_low as hourly_payback_years_low,
    h.payback_years_mid as hourly_payback_years_mid,
    h.payback_years_high as hourly_payback_years_high,
    h.breakeven_hours_per_week_low as hourly_breakeven_hours_per_week_low,
    h.breakeven_hours_per_week_mid as hourly_breakeven_hours_per_week_mid,
    h.breakeven_hours_per_week_high as hourly_breakeven_hours_per_week_high,
    nullif(j.all_missing, '') as missing,
    j.doubt,
    j.excluded
from judged as j
left join hourly as h
    on h.model_class = j.model_class
    and h.build_id = j.build_id
    and h.scenario_id = j.scenario_id
order by j.class_from_b, j.scenario_id, rank nulls last, j.build_id

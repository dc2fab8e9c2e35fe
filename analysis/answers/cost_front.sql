-- What a million tokens of each class costs on every system and on every rented card of which both the rate and a speed are
-- known, and which of them nothing beats: no other is at least as cheap and at least as fast.
with both_ways as (
    select
        model_class,
        scenario_id,
        'own' as way,
        build_id as id,
        sharing,
        build_id,
        null as cloud_rate_id,
        case sharing when 'tensor' then system || ', tensor parallel' else system end as system,
        throughput_from,
        model,
        quantization,
        evidence,
        tokens_per_s_low,
        tokens_per_s_mid,
        tokens_per_s_high,
        usd_per_mtok_low,
        usd_per_mtok_mid,
        usd_per_mtok_high,
        capex_usd_per_mtok,
        power_usd_per_mtok,
        power_percent,
        capex_from,
        capex_bound,
        price_missing,
        doubt,
        excluded
    from best_run
    where usd_per_mtok_mid is not null
    union all by name
    select
        r.model_class,
        s.scenario_id,
        'rent' as way,
        r.cloud_rate_id as id,
        'default' as sharing,
        null as build_id,
        r.cloud_rate_id,
        'Rented ' || r.rented as system,
        r.throughput_from,
        r.model,
        r.quantization,
        r.evidence,
        r.tokens_per_s_low,
        r.tokens_per_s_mid,
        r.tokens_per_s_high,
        r.usd_per_mtok_low,
        r.usd_per_mtok_mid,
        r.usd_per_mtok_high
    from rented_runs as r
    cross join scenarios as s
    where r.is_cheapest_of_card
)

select
    one.*,
    count(*) filter (where one.way = 'own' and one.excluded is null) over costlier_first as systems_as_cheap,
    one.excluded is null and not exists (
        select 1
        from both_ways as other
        where other.model_class = one.model_class
            and other.scenario_id = one.scenario_id
            and other.excluded is null
            and other.usd_per_mtok_mid <= one.usd_per_mtok_mid
            and other.tokens_per_s_mid >= one.tokens_per_s_mid
            and (other.usd_per_mtok_mid < one.usd_per_mtok_mid or other.tokens_per_s_mid > one.tokens_per_s_mid)
    ) as on_front
from both_ways as one
window costlier_first as (partition by one.model_class, one.scenario_id order by one.usd_per_mtok_mid)
order by one.model_class, one.scenario_id, one.usd_per_mtok_mid, one.id, one.sharing

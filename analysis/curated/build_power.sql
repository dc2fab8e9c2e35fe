-- Watts of each system, one row for each way of knowing them: at the wall while it decodes (measured, by the rule that
-- measured computers with one card follow, or assumed for several cards), as stated of the whole, added up from its parts,
-- or with what is not known of the host at the range that assumptions.toml gives. The sums are what circuits have to carry;
-- bills are computed with the watts at work.
with system_readings as (
    select
        build_id,
        attribute,
        arg_min(
            {'low': value_low, 'high': value_high, 'bound': bound, 'observation_id': observation_id},
            evidence_order(is_derived, observed_on, date_basis, bound, is_approximate, observation_id)
        ) as reading
    from current_observations
    where attribute in ('system_power', 'peak_power', 'idle_power', 'rest_power')
        and build_id is not null
    group by build_id, attribute
),

-- of processors some sources give only what they draw under load
processor_readings as (
    select
        hardware_id,
        arg_min(
            mid(value_low, value_high),
            evidence_order(is_derived, observed_on, date_basis, bound, is_approximate, observation_id)
        ) as watts
    from current_observations
    where attribute = 'component_power'
        and hardware_id is not null
    group by hardware_id
),

accelerators as (
    select
        a.build_id,
        case when count(h.tdp_w) = count(*) then sum(h.tdp_w * a.quantity) end as watts,
        string_agg(h.name, ', ' order by h.name) filter (where h.tdp_w is null) as unknown,
        bool_and(h.kind = 'system') as is_whole
    from build_accelerators as a
    inner join hardware as h
        on h.hardware_id = a.hardware_id
    group by a.build_id
),

processors as (
    select
        p.build_id,
        case
            when count(coalesce(h.tdp_w, r.watts)) = count(*)
                then sum(coalesce(h.tdp_w, r.watts) * p.quantity)
        end as watts,
        string_agg(p.name, ', ' order by p.line) filter (where coalesce(h.tdp_w, r.watts) is null) as unknown
    from build_parts as p
    left join hardware as h
        on h.hardware_id = p.hardware_id
    left join processor_readings as r
        on r.hardware_id = p.hardware_id
    where p.slot = 'cpu'
    group by p.build_id
),

host_assumptions as (
    select
        max(value) filter (where name = 'host_cpu_w_low') as cpu_low,
        max(value) filter (where name = 'host_cpu_w_high') as cpu_high,
        max(value) filter (where name = 'host_rest_w_low') as rest_low,
        max(value) filter (where name = 'host_rest_w_high') as rest_high
    from assumptions
),

known as (
    select
        b.build_id,
        s.reading as system_power,
        k.reading.high as peak_w,
        i.reading.low as idle_w,
        r.reading as rest_power,
        a.watts as accelerator_watts,
        case when a.is_whole then 0 else p.watts end as processor_watts,
        coalesce(a.is_whole, false) as is_whole,
        reasons(
            case when a.build_id is null then 'no accelerator named' end,
            'no watts for ' || a.unknown
        ) as accelerator_missing,
        case
            when coalesce(a.is_whole, false) then null
            when p.build_id is null then 'no processor named'
            else 'no watts for ' || p.unknown
        end as processor_missing
    from catalogue_builds as b
    left join system_readings as s
        on s.build_id = b.build_id
        and s.attribute = 'system_power'
    left join system_readings as k
        on k.build_id = b.build_id
        and k.attribute = 'peak_power'
    left join system_readings as i
        on i.build_id = b.build_id
        and i.attribute = 'idle_power'
    left join system_readings as r
        on r.build_id = b.build_id
        and r.attribute = 'rest_power'
    left join accelerators as a
        on a.build_id = b.build_id
    left join processors as p
        on p.build_id = b.build_id
),

found as (
    select
        build_id,
        'stated' as power_basis,
        1 as rank,
        system_power.low as watts_low,
        system_power.high as watts_high,
        system_power.bound as watts_bound,
        system_power.observation_id as watts_from
    from known
    where system_power is not null
    union all by name
    -- a sum that leaves parts out is worse than one that puts a range on them; the rest is all but the accelerators
    select
        build_id,
        'parts_tdp' as power_basis,
        case
            when accelerator_watts + coalesce(rest_power.low, processor_watts) is null then 5
            when rest_power is null and not is_whole then 4
            else 2
        end as rank,
        accelerator_watts + coalesce(rest_power.low, processor_watts) as watts_low,
        accelerator_watts + coalesce(rest_power.high, processor_watts) as watts_high,
        reasons(accelerator_missing, case when rest_power is null then processor_missing end) as missing,
        case
            when accelerator_watts + processor_watts is not null and rest_power is null and not is_whole
                then 'board, memory, drives and fans'
        end as not_counted
    from known
    union all by name
    select
        k.build_id,
        'modelled' as power_basis,
        3 as rank,
        -- a system at work draws no more than its peak
        least(
            k.accelerator_watts + coalesce(k.processor_watts, h.cpu_low) + h.rest_low,
            k.peak_w
        ) as watts_low,
        least(
            k.accelerator_watts + coalesce(k.processor_watts, h.cpu_high) + h.rest_high,
            k.peak_w
        ) as watts_high
    from known as k
    cross join host_assumptions as h
    where k.accelerator_watts is not null
        and not k.is_whole
        and k.rest_power is null
),

settings_of_power as (
    select
        max(a.value) filter (where a.name = 'further_card_w') as further_card_w,
        max(a.value) filter (where a.name = 'tensor_share_of_tdp') as tensor_share,
        max(a.value) filter (where a.name = 'prefill_share_of_tdp') as prefill_share,
        max(a.value) filter (where a.name = 'pc_idle_w_low') as idle_low,
        max(a.value) filter (where a.name = 'pc_idle_w_high') as idle_high,
        max(a.value) filter (where a.name = 'idle_further_card_w') as idle_further_w,
        max(a.value) filter (where a.name = 'several_cards_factor') as several_factor,
        max(a.value) filter (where a.name = 'system_working_share') as system_share
    from assumptions as a
),

sets as (
    select
        a.build_id,
        sum(a.quantity) as pieces,
        bool_and(h.kind = 'system') as is_whole,
        case when count(h.tdp_w) = count(*) then max(h.tdp_w) end as largest_tdp_w,
        case when count(h.tdp_w) = count(*) then sum(h.tdp_w * a.quantity) end as all_tdp_w,
        case when count(m.working_w) = count(*) then sum(m.working_w * a.quantity) end as wall_w,
        case when count(m.idle_w) = count(*) then sum(m.idle_w * a.quantity) end as whole_idle_w,
        case when count(m.peak_w) = count(*) then sum(m.peak_w * a.quantity) end as whole_peak_w
    from build_accelerators as a
    inner join hardware as h
        on h.hardware_id = a.hardware_id
    left join system_watts as m
        on m.hardware_id = a.hardware_id
    group by a.build_id
),

working as (
    select
        s.build_id,
        case
            when s.is_whole and s.wall_w is not null then 'measured'
            when s.pieces = 1 and not s.is_whole then 'calibrated'
            else 'assumed'
        end as basis,
        case
            when s.is_whole then coalesce(s.wall_w, k.system_share * coalesce(s.whole_peak_w, s.all_tdp_w))
            else working_power_w(r.host_w, r.share_of_tdp, s.largest_tdp_w, s.pieces, 'layer', k.further_card_w)
        end as working_w,
        case
            when s.pieces > 1 and not s.is_whole
                then working_power_w(
                    r.host_w, r.share_of_tdp, s.all_tdp_w / s.pieces, s.pieces, 'tensor', k.further_card_w, k.tensor_share
                )
        end as tensor_w,
        case when not s.is_whole then greatest(r.host_w + k.prefill_share * s.all_tdp_w, working_w) end as prefill_w,
        case basis
            when 'measured' then 0.9
            when 'calibrated' then r.factor_low
            else 1 / k.several_factor
        end as factor_low,
        case basis
            when 'measured' then 1.15
            when 'calibrated' then r.factor_high
            else k.several_factor
        end as factor_high,
        case when s.is_whole then s.whole_idle_w else k.idle_low + k.idle_further_w * (s.pieces - 1) end as idle_low_w,
        case when s.is_whole then s.whole_idle_w else k.idle_high + 2 * k.idle_further_w * (s.pieces - 1) end as idle_high_w,
        s.is_whole,
        case when s.is_whole then s.whole_peak_w end as whole_peak_w
    from sets as s
    cross join settings_of_power as k
    cross join power_model as r
),

all_found as (
    select
        f.*,
        f.rank as sum_rank
    from found as f
    union all by name
    select
        build_id,
        basis as power_basis,
        0 as rank,
        working_w * factor_low as watts_low,
        working_w as watts_mid,
        working_w * factor_high as watts_high
    from working
    where working_w is not null
),

-- what circuits carry: the best of the sums and statements
peaks as (
    select
        build_id,
        arg_min({'low': watts_low, 'high': watts_high, 'basis': power_basis}, sum_rank)
            filter (where watts_low is not null) as best
    from all_found
    group by build_id
)

select
    f.build_id,
    f.power_basis,
    f.watts_low,
    coalesce(f.watts_mid, mid(f.watts_low, f.watts_high)) as watts_mid,
    f.watts_high,
    f.watts_bound,
    k.peak_w,
    k.idle_w,
    w.working_w * w.factor_low as working_w_low,
    w.working_w as working_w_mid,
    w.working_w * w.factor_high as working_w_high,
    w.tensor_w * w.factor_low as tensor_w_low,
    w.tensor_w as tensor_w_mid,
    w.tensor_w * w.factor_high as tensor_w_high,
    case when w.working_w is not null then w.basis end as working_basis,
    w.prefill_w / 1.15 as prefill_w_low,
    w.prefill_w as prefill_w_mid,
    w.prefill_w * 1.15 as prefill_w_high,
    case when w.prefill_w is not null then 'assumed' end as prefill_basis,
    coalesce(k.idle_w, w.idle_low_w) as idle_w_low,
    coalesce(k.idle_w, mid(w.idle_low_w, w.idle_high_w)) as idle_w_mid,
    coalesce(k.idle_w, w.idle_high_w) as idle_w_high,
    case when k.idle_w is not null then 'stated' when w.is_whole and w.idle_low_w is not null then 'measured' when w.idle_low_w is not null then 'assumed' end as idle_basis,
    coalesce(k.peak_w, w.whole_peak_w, p.best.low) as peak_w_low,
    coalesce(k.peak_w, w.whole_peak_w, mid(p.best.low, p.best.high)) as peak_w_mid,
    coalesce(k.peak_w, w.whole_peak_w, p.best.high) as peak_w_high,
    case when coalesce(k.peak_w, w.whole_peak_w) is not null then 'stated' else p.best.basis end as peak_basis,
    f.rank = min(f.rank) over (partition by f.build_id) as is_best,
    f.not_counted,
    f.missing,
    f.watts_from
from all_found as f
inner join known as k
    on k.build_id = f.build_id
left join working as w
    on w.build_id = f.build_id
left join peaks as p
    on p.build_id = f.build_id
order by f.build_id, f.power_basis

-- How each system's speed and watts moved against the first model, and why. The first model: the share of the ceiling that
-- sources claim of the same kind of hardware (median), times the bandwidth of all its cards together, over the nominal bits
-- of the weights; and the sum of thermal design powers with the host at full load. Speeds are of the largest model of
-- modelled_runs at Q4_K_M that the system holds, one sequence, cards taking turns.
with shares as (
    select
        r.efficiency_class,
        median(r.ratio_high) as share
    from roofline as r
    inner join benchmarks as b
        on b.benchmark_id = r.benchmark_id
        and b.basis <> 'measured'
    where r.verdict in ('plausible', 'at_ceiling')
        and r.concurrency = 1
    group by r.efficiency_class
),

runs as (
    select
        v.*,
        m.name as model,
        m.params_b,
        coalesce(m.active_params_b, m.params_b) as active_params_b,
        q.nominal_bits,
        q.bits_per_weight,
        h.memory_bandwidth_gb_s,
        h.kind = 'system' as is_unified,
        a.quantity,
        b.link
    from modelled_throughput as v
    inner join builds as b
        on b.build_id = v.build_id
    inner join models as m
        on m.model_id = v.model_id
    inner join quantizations as q
        on q.quantization = v.quantization
    left join hardware as h
        on h.hardware_id = v.hardware_id
    left join build_accelerators as a
        on a.build_id = v.build_id
        and a.hardware_id = v.hardware_id
    where v.concurrency = 1
        and v.quantization = 'Q4_K_M'
        and v.split is distinct from 'tensor'
    qualify row_number() over (
        partition by v.build_id
        order by v.missing is null desc, case when v.missing is null then m.params_b else -m.params_b end desc, v.modelled_id
    ) = 1
),

first_speeds as (
    select
        r.*,
        case
            when r.is_unified then 'unified_memory'
            when r.quantity = 1 then 'one_gpu'
            when r.quantity = 2 and r.link in ('nvlink', 'nvswitch') then 'multi_gpu_nvlink'
            else 'multi_gpu_pcie'
        end as efficiency_class,
        decode_ceiling_tok_s(
            r.memory_bandwidth_gb_s * case when r.is_unified then 1 else r.quantity end,
            weights_gb(r.active_params_b, r.nominal_bits)
        ) as nominal_ceiling_tok_s
    from runs as r
),

first_watts as (
    select
        build_id,
        arg_min(
            mid(watts_low, watts_high),
            case power_basis when 'stated' then 1 when 'parts_tdp' then 2 else 3 end
        ) as watts
    from build_power
    where power_basis in ('stated', 'parts_tdp', 'modelled')
        and watts_low is not null
        and not_counted is null
    group by build_id
),

present_watts as (
    select distinct
        build_id,
        working_w_mid as watts,
        working_basis
    from build_power
),

moves as (
    select
        f.build_id,
        'speed' as quantity,
        'tok/s' as unit,
        f.model || ' at ' || f.quantization as subject,
        s.share * f.nominal_ceiling_tok_s as first_figure,
        f.tokens_per_s_mid as present_figure,
        f.modelled_id as present_from,
        coalesce(
            f.missing,
            concat_ws(
                '; ',
                case
                    when f.split = 'layer'
                        then format('{} accelerators take turns: the bandwidth of one counts, not of all', f.accelerators_used)
                end,
                case when f.idle_accelerators > 0 then format('idle or run copies: {}', f.idle_accelerators) end,
                format('files hold {:.3g} bits a weight, not {:.3g}', f.bits_per_weight, f.nominal_bits),
                'layers and the cache take time besides the weights',
                case
                    when f.calibrating_accelerators > 0
                        then format('fitted to runs of {} accelerators of its class, not to claims', f.calibrating_accelerators)
                end
            )
        ) as reason
    from first_speeds as f
    left join shares as s
        on s.efficiency_class = f.efficiency_class
    union all by name
    select
        b.build_id,
        'watts' as quantity,
        'W' as unit,
        'decoding, at the wall' as subject,
        w.watts as first_figure,
        p.watts as present_figure,
        null as present_from,
        case
            when p.watts is null then 'its accelerators, or their watts, are not known'
            when p.working_basis = 'measured' then 'read at the wall while it decodes, not its highest watts'
            when p.working_basis = 'calibrated' then 'one card at work and a host that waits, as measured at the wall, not both at full load'
            when b.accelerator_count > 1 then 'of accelerators that take turns one works and the others idle, and the host waits'
            else 'a part of its highest watts, as other systems take'
        end as reason
    from builds as b
    left join first_watts as w
        on w.build_id = b.build_id
    left join present_watts as p
        on p.build_id = b.build_id
)

select
    m.build_id,
    m.quantity,
    b.name as system,
    m.subject,
    m.unit,
    m.first_figure,
    m.present_figure,
    percent_change(m.first_figure, m.present_figure) as change_percent,
    m.reason,
    reasons(
        case when m.first_figure is null then 'the first model had no figure' end,
        case when m.present_figure is null then m.reason end
    ) as missing,
    m.present_from
from moves as m
inner join builds as b
    on b.build_id = m.build_id
order by m.quantity, m.build_id

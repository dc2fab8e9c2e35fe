-- Every claimed speed against what memory bandwidth allows: each token reads the active weights once. The ceiling is
-- kind to the claim: the smallest credible size, all cards reading at once unless the claim says that they take turns,
-- nothing for key-value cache, overhead or compute, and host memory at its best. What is beyond it is beyond dispute.
with claims as (
    select
        b.benchmark_id,
        b.model_id,
        b.quantization,
        b.phase,
        b.basis,
        b.build_id,
        b.topic,
        b.is_derived,
        b.is_approximate,
        b.bound,
        b.split,
        b.concurrency,
        coalesce(b.hardware_id, o.accelerator_id) as accelerator_id,
        case when b.hardware_id is not null then b.gpu_count else o.accelerator_count end as accelerator_count,
        coalesce(b.link, o.link) as link,
        case when b.per_user then coalesce(b.concurrency, 1) else 1 end as streams,
        b.tokens_per_s_low * streams as claimed_low,
        b.tokens_per_s_high * streams as claimed_high,
        -- a document may name a model by nothing but its size: 48 GB model
        try_cast(regexp_extract(b.topic, '^([0-9.]+) GB model', 1) as double) as size_in_topic_gb
    from benchmarks as b
    left join builds as o
        on o.build_id = b.build_id
),

-- a size stated without a quantisation is the one of a speed stated without a quantisation
unsaid_sizes as (
    select
        model_id,
        arg_min({'low': size_gb_low, 'observation_id': observation_id}, row(size_gb_low, observation_id)) as size
    from model_sizes
    where quantization is null
    group by model_id
),

placed as (
    select
        c.*,
        h.kind = 'system' as is_unified,
        h.name as accelerator_name,
        h.doubt,
        h.memory_bandwidth_gb_s as one_gb_s,
        h.memory_gb * c.accelerator_count as accelerator_memory_gb,
        coalesce(m.host_bandwidth_gb_s, k.value) as host_gb_s,
        coalesce(m.basis, 'assumed') as host_basis,
        coalesce(c.size_in_topic_gb, z.size_gb, case when c.quantization is null then u.size.low end) as weights_gb,
        case
            when c.size_in_topic_gb is not null then 'as the source says'
            when z.size_gb is not null then z.derivation
            when c.quantization is null and u.size is not null then 'stated without a quantisation'
        end as size_derivation,
        coalesce(z.size_from, case when c.quantization is null then u.size.observation_id end) as size_from,
        case
            when c.size_in_topic_gb is null then active_fraction(p.params_b, p.active_params_b)
            else 1
        end as active_fraction,
        p.params_b,
        p.active_params_b,
        h.memory_bandwidth_from
    from claims as c
    left join hardware as h
        on h.hardware_id = c.accelerator_id
    left join host_memory as m
        on m.build_id = c.build_id
    left join models as p
        on p.model_id = c.model_id
    left join smallest_sizes as z
        on z.model_id = c.model_id
        and z.quantization = c.quantization
    left join unsaid_sizes as u
        on u.model_id = c.model_id
    left join assumptions as k
        on k.name = 'host_bandwidth_gb_s'
),

judgeable as (
    select
        *,
        host_share(weights_gb, accelerator_memory_gb) as host_share,
        reasons(
            case
                when phase = 'prefill' then 'reading the prompt is bound by compute, not by memory'
                when basis = 'theoretical' then 'theoretical'
            end,
            case when accelerator_id is null then 'no accelerator named' end,
            case
                when model_id is null and weights_gb is null then 'the model is not named'
                when weights_gb is null and quantization is null then 'the quantisation is not said'
                when weights_gb is null then 'how many bits ' || quantization || ' keeps is not said'
                when concurrency is null
                    then 'it is the speed of several sequences together, and of how many is not said'
            end
        ) as missing
    from placed
),

bandwidths as (
    select
        *,
        -- if a card's bandwidth is not known, what lies in host memory still has to be read
        coalesce(one_gb_s, case when host_share > 0 then 'infinity'::double end) as least_known_gb_s,
        blended_bandwidth_gb_s(accelerator_count * least_known_gb_s, host_share, host_gb_s) as tensor_split_bandwidth_gb_s,
        blended_bandwidth_gb_s(least_known_gb_s, host_share, host_gb_s) as layer_split_bandwidth_gb_s,
        case
            when split = 'layer' then layer_split_bandwidth_gb_s
            else tensor_split_bandwidth_gb_s
        end as bandwidth_gb_s,
        gb_read_per_token(weights_gb, active_fraction, concurrency) as gb_read_per_token
    from judgeable
    where missing is null
),

ceilings as (
    select
        b.*,
        decode_ceiling_tok_s(bandwidth_gb_s, gb_read_per_token) as ceiling_tok_s,
        decode_ceiling_tok_s(tensor_split_bandwidth_gb_s, gb_read_per_token) as tensor_split_ceiling_tok_s,
        decode_ceiling_tok_s(layer_split_bandwidth_gb_s, gb_read_per_token) as layer_split_ceiling_tok_s,
        claimed_low / ceiling_tok_s as ratio_low,
        claimed_high / ceiling_tok_s as ratio_high,
        host_bandwidth_needed_gb_s(
            claimed_high, gb_read_per_token, host_share, accelerator_count * least_known_gb_s
        ) as host_gb_s_needed,
        -- of 'up to 24' nobody says how little it may be
        case when bound = 'at_most' then 0 else claimed_low end as least_claimed,
        case when is_approximate then k.value else 0 end as slack,
        roofline_verdict(least_claimed / ceiling_tok_s, ratio_high, slack := slack) as known_verdict,
        case
            when accelerator_count > 1
                then roofline_verdict(
                    least_claimed / layer_split_ceiling_tok_s,
                    claimed_high / layer_split_ceiling_tok_s,
                    slack := slack
                )
        end as layer_split_verdict,
        -- below a ceiling that leaves the cards out a claim is not known to be possible
        case
            when one_gb_s is null and known_verdict not in ('impossible', 'partly') then 'not_computable'
            else known_verdict
        end as verdict
    from bandwidths as b
    left join assumptions as k
        on k.name = 'approximate_speed_slack'
)

select
    j.benchmark_id,
    j.accelerator_id,
    j.accelerator_count,
    j.link,
    j.split,
    j.model_id,
    j.quantization,
    j.concurrency,
    case
        when j.accelerator_id is null then null
        when j.host_share > 0 then 'host_offload'
        when j.is_unified then 'unified_memory'
        when j.accelerator_count = 1 then 'one_gpu'
        -- a bridge joins two cards; more of them talk over PCIe
        when j.link in ('nvlink', 'nvswitch') and j.accelerator_count = 2 then 'multi_gpu_nvlink'
        else 'multi_gpu_pcie'
    end as efficiency_class,
    j.weights_gb,
    j.size_derivation,
    j.active_fraction,
    j.accelerator_memory_gb,
    j.host_share * j.weights_gb as offloaded_gb,
    case when j.host_share > 0 then j.host_gb_s end as host_bandwidth_gb_s,
    case when j.one_gb_s is not null then j.one_gb_s * j.accelerator_count end as aggregate_bandwidth_gb_s,
    c.bandwidth_gb_s,
    c.gb_read_per_token,
    c.ceiling_tok_s,
    c.tensor_split_ceiling_tok_s,
    c.layer_split_bandwidth_gb_s,
    c.layer_split_ceiling_tok_s,
    j.claimed_low,
    j.claimed_high,
    c.ratio_low,
    c.ratio_high,
    j.doubt,
    coalesce(c.verdict, 'not_computable') as verdict,
    c.layer_split_verdict,
    coalesce(
        j.missing,
        concat_ws(
            '; ',
            case
                when c.bandwidth_gb_s is null
                    then 'the memory bandwidth of ' || j.accelerator_name || ' is stated by no source'
            end,
            format('{:.4g} GB of weights ({})', j.weights_gb, j.size_derivation),
            case
                when j.active_fraction < 1
                    then format(
                        'of which a token reads {:.4g} of {:.4g} billion parameters', j.active_params_b, j.params_b
                    )
            end,
            case
                when j.host_share > 0
                    then format(
                        '{:.4g} GB of them do not fit into {:.4g} GB and are read from host memory at {:.4g} GB/s{}',
                        j.host_share * j.weights_gb, j.accelerator_memory_gb, j.host_gb_s,
                        case j.host_basis
                            when 'assumed'
                                then ', the upper figure documented for DDR5, as no source states one for this host'
                            when 'channels_x_speed' then ' (channels x speed)'
                            else ''
                        end
                    )
            end,
            case
                when j.one_gb_s is null and j.host_share > 0
                    then 'the memory bandwidth of ' || j.accelerator_name
                        || ' is stated by no source and taken as no limit'
                when j.accelerator_count > 1 and j.split = 'layer'
                    then format('the {} accelerators take turns: {:.5g} GB/s', j.accelerator_count, j.one_gb_s)
                when j.accelerator_count > 1
                    then format(
                        'all {} accelerators read at once: {:.5g} GB/s',
                        j.accelerator_count, j.accelerator_count * j.one_gb_s
                    )
            end,
            case
                when j.concurrency > 1 then format('{} sequences share each reading of the weights', j.concurrency)
            end,
            case
                when c.bandwidth_gb_s is not null then 'nothing counted for key-value cache, overhead and compute'
            end,
            case
                when c.verdict in ('plausible', 'at_ceiling') and c.layer_split_verdict in ('impossible', 'partly')
                    then format(
                        'if they took turns (layer split) the ceiling would be {:.4g} tok/s: it takes tensor parallelism',
                        c.layer_split_ceiling_tok_s
                    )
            end,
            case j.bound
                when 'at_least' then 'at least so much is claimed'
                when 'at_most' then 'at most so much is claimed'
            end,
            case when j.is_approximate and c.ratio_high > 1 then 'the figure is said to be about so much' end,
            case when c.verdict = 'partly' then 'only the high end of the claim is beyond the ceiling' end,
            case
                when c.verdict in ('impossible', 'partly') and j.host_share > 0
                    then coalesce(
                        format('the claim would take host memory of {:.4g} GB/s', c.host_gb_s_needed),
                        'no host memory is fast enough for the claim'
                    )
            end
        )
    ) as assumptions,
    j.size_from,
    j.memory_bandwidth_from as bandwidth_from,
    case when j.host_share > 0 and j.host_basis <> 'assumed' then j.build_id end as host_from
from judgeable as j
left join ceilings as c
    on c.benchmark_id = j.benchmark_id
order by j.benchmark_id

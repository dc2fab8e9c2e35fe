-- Where every row comes from: an edge from each row to each row that it was made from. `rigonomics trace` follows them
-- down to the observations, which name file, row and cell. A key is the values of the primary key, in its order.
with edges as (
    -- what was read
    select
        'prices' as table_name, observation_id as row_key, 'price as stated' as role,
        'observations' as input_table, observation_id as input_key
    from prices
    union all
    select 'snapshots', raw_file, 'scraped table', 'raw_files', raw_file
    from snapshots
    union all
    select 'current_observations', observation_id, 'figure as stated', 'observations', observation_id
    from current_observations
    union all
    select 'price_history', row_key(hardware_id, condition, observed_on), 'price of the day', 'prices', observation_id
    from price_history
    union all
    select 'price_changes', row_key(hardware_id, condition), 'price before', 'prices', previous_from
    from price_changes
    union all
    select 'price_changes', row_key(hardware_id, condition), 'price now', 'prices', current_from
    from price_changes
    union all
    select 'specs', observation_id, 'figure as stated', 'observations', observation_id
    from specs
    union all
    select 'benchmarks', benchmark_id, 'throughput as stated', 'observations', observation_id
    from benchmarks
    union all
    select 'cloud_rates', cloud_rate_id, 'rent as stated', 'observations', observation_id
    from cloud_rates
    union all
    select 'sources', f.source_id, 'scraped table', 'raw_files', f.raw_file
    from raw_files as f

    -- models and quantisations
    union all
    select 'models', model_id, 'name', 'catalogue_models', model_id
    from models
    union all
    select 'models', model_id, 'parameters', 'observations', params_from
    from models
    union all
    select 'models', model_id, 'active parameters', 'observations', active_params_from
    from models
    union all
    select 'quantizations', quantization, 'bits', 'observations', bits_from
    from quantizations
    union all
    select 'quantizations', quantization, 'quality', 'observations', quality_from
    from quantizations
    union all
    select 'quantizations', quantization, 'named in', 'observations', min(observation_id)
    from current_observations
    where quantization is not null
    group by quantization
    union all
    select 'model_sizes', model_size_id, 'size', 'observations', coalesce(observation_id, derived_from)
    from model_sizes
    union all
    select 'model_sizes', model_size_id, 'parameters', 'models', model_id
    from model_sizes
    union all
    select 'model_sizes', model_size_id, 'bits', 'quantizations', quantization
    from model_sizes
    union all
    select 'smallest_sizes', row_key(model_id, quantization), 'size', 'observations', size_from
    from smallest_sizes
    union all
    select 'smallest_sizes', row_key(model_id, quantization), 'parameters', 'models', model_id
    from smallest_sizes
    union all
    select 'smallest_sizes', row_key(model_id, quantization), 'bits', 'quantizations', quantization
    from smallest_sizes

    -- articles and systems
    union all
    select 'hardware', hardware_id, 'name', 'catalogue_hardware', hardware_id
    from hardware
    union all
    select 'hardware', hardware_id, 'memory', 'observations', memory_from
    from hardware
    union all
    select 'hardware', hardware_id, 'memory bandwidth', 'observations', memory_bandwidth_from
    from hardware
    union all
    select 'hardware', hardware_id, 'thermal design power', 'observations', tdp_from
    from hardware
    union all
    select 'hardware', hardware_id, 'recommended price', 'prices', msrp_from
    from hardware
    union all
    select 'hardware', s.hardware_id, 'capacity', 'observations', s.observation_id
    from specs as s
    where s.attribute = 'capacity'
        and (s.pieces = 1 or s.each)
    union all
    select 'build_parts', row_key(build_id, line), 'part as listed', 'observations', observation_id
    from build_parts
    union all
    select
        'build_parts', row_key(build_id, line), 'left out by its document',
        'catalogue_unstated', row_key(build_id, slot)
    from build_parts
    where observation_id is null
    union all
    select 'build_parts', row_key(build_id, line), 'price as listed', 'prices', price_from
    from build_parts
    union all
    select 'build_parts', row_key(build_id, line), 'best price as of the day', 'prices', current_price_from
    from build_parts
    union all
    select
        'build_accelerators', row_key(a.build_id, a.hardware_id), 'part',
        'build_parts', row_key(p.build_id, p.line)
    from build_accelerators as a
    inner join build_parts as p
        on p.build_id = a.build_id
        and p.hardware_id = a.hardware_id
    union all
    select 'builds', build_id, 'name', 'catalogue_builds', build_id
    from builds
    union all
    select 'builds', build_id, 'accelerators', 'build_accelerators', row_key(build_id, hardware_id)
    from build_accelerators
    union all
    select 'builds', build_id, 'memory of its accelerators', 'hardware', hardware_id
    from build_accelerators
    union all
    select 'builds', build_id, 'memory and links', 'build_parts', row_key(build_id, line)
    from build_parts
    where slot in ('memory', 'link')
    union all
    select 'build_costs', row_key(c.build_id, c.capex_basis), 'part', 'build_parts', row_key(p.build_id, p.line)
    from build_costs as c
    inner join build_parts as p
        on p.build_id = c.build_id
    union all
    select 'build_costs', row_key(build_id, capex_basis), 'total as stated', 'observations', stated_total_from
    from build_costs
    union all
    select 'build_costs', row_key(build_id, capex_basis), 'name', 'catalogue_builds', build_id
    from build_costs
    union all
    select 'build_power', row_key(build_id, power_basis), 'watts as stated', 'observations', watts_from
    from build_power
    union all
    select 'build_power', row_key(build_id, power_basis), 'name', 'catalogue_builds', build_id
    from build_power
    union all
    select
        'build_power', row_key(w.build_id, w.power_basis), replace(o.attribute, '_', ' '),
        'observations', o.observation_id
    from build_power as w
    inner join current_observations as o
        on o.build_id = w.build_id
        and o.attribute in ('peak_power', 'idle_power', 'rest_power')
    union all
    select 'build_power', row_key(w.build_id, w.power_basis), 'watts of its accelerators', 'hardware', a.hardware_id
    from build_power as w
    inner join build_accelerators as a
        on a.build_id = w.build_id
    where w.power_basis <> 'stated'
    union all
    select 'build_power', row_key(w.build_id, w.power_basis), 'processor', 'build_parts', row_key(p.build_id, p.line)
    from build_power as w
    inner join build_parts as p
        on p.build_id = w.build_id
        and p.slot = 'cpu'
    where w.power_basis <> 'stated'
    union all
    select
        'build_power', row_key(w.build_id, w.power_basis), 'watts of its processor',
        'observations', o.observation_id
    from build_power as w
    inner join build_parts as p
        on p.build_id = w.build_id
        and p.slot = 'cpu'
    inner join current_observations as o
        on o.hardware_id = p.hardware_id
        and o.attribute in ('tdp', 'component_power')
    where w.power_basis <> 'stated'
    union all
    select 'build_power', row_key(w.build_id, w.power_basis), 'range of an unknown host', 'assumptions', a.name
    from build_power as w
    inner join assumptions as a
        on a.name in ('host_cpu_w_low', 'host_cpu_w_high', 'host_rest_w_low', 'host_rest_w_high')
    where w.power_basis = 'modelled'
    union all
    select 'host_memory', build_id, 'bandwidth', 'observations', stated_from
    from host_memory
    union all
    select 'host_memory', build_id, 'channels', 'observations', channels_from
    from host_memory
    union all
    select 'host_memory', build_id, 'transfer rate', 'observations', speed_from
    from host_memory
    union all
    select 'host_memory', build_id, 'bandwidth of an unknown host', 'assumptions', 'host_bandwidth_gb_s'
    from host_memory
    where basis = 'assumed'

    -- speeds
    union all
    select 'roofline', benchmark_id, 'claim', 'benchmarks', benchmark_id
    from roofline
    union all
    select 'roofline', benchmark_id, 'bandwidth and memory', 'hardware', accelerator_id
    from roofline
    union all
    select 'roofline', benchmark_id, 'parameters', 'models', model_id
    from roofline
    union all
    select 'roofline', benchmark_id, 'size of the weights', 'observations', size_from
    from roofline
    where quantization is null
    union all
    select 'roofline', r.benchmark_id, 'smallest size', 'smallest_sizes', row_key(z.model_id, z.quantization)
    from roofline as r
    inner join smallest_sizes as z
        on z.model_id = r.model_id
        and z.quantization = r.quantization
    union all
    select 'roofline', benchmark_id, 'host memory', 'host_memory', host_from
    from roofline
    union all
    select 'roofline', benchmark_id, 'bandwidth of an unknown host', 'assumptions', 'host_bandwidth_gb_s'
    from roofline
    where offloaded_gb > 0
        and host_from is null
    union all
    select 'calibration', benchmark_id, 'claim and ceiling', 'roofline', unnest(benchmark_ids)
    from calibration
    union all
    select 'throughput_model', efficiency_class, 'efficiency', 'calibration', benchmark_id
    from calibration
    union all
    select
        'modelled_throughput', modelled_id, 'model and quantisation',
        'modelled_runs', row_key(model_id, quantization)
    from modelled_throughput
    union all
    select 'modelled_throughput', modelled_id, 'efficiency', 'throughput_model', efficiency_class
    from modelled_throughput
    where missing is null
    union all
    select
        'modelled_throughput', modelled_id, 'smallest size',
        'smallest_sizes', row_key(model_id, coalesce(spread_as_at, quantization))
    from modelled_throughput
    union all
    select 'modelled_throughput', modelled_id, 'bandwidth and memory', 'hardware', hardware_id
    from modelled_throughput
    union all
    select 'modelled_throughput', modelled_id, 'system', 'builds', build_id
    from modelled_throughput
    union all
    select 'modelled_throughput', m.modelled_id, 'memory beside the weights', 'assumptions', a.name
    from modelled_throughput as m
    inner join assumptions as a
        on a.name in ('context_tokens', 'kv_cache_gb_per_1k_tokens', 'overhead_gb')
    union all
    select 'throughput', row_key(build_id, throughput_from), 'throughput as stated', 'benchmarks', throughput_from
    from throughput
    where basis <> 'modelled'
    union all
    select 'throughput', row_key(build_id, throughput_from), 'ceiling', 'roofline', throughput_from
    from throughput
    where basis <> 'modelled'
    union all
    select
        'throughput', row_key(build_id, throughput_from), 'throughput as modelled',
        'modelled_throughput', throughput_from
    from throughput
    where basis = 'modelled'
    union all
    select 'throughput', row_key(t.build_id, t.throughput_from), 'size for memory fit', 'model_sizes', z.model_size_id
    from throughput as t
    inner join model_sizes as z
        on z.model_id = t.model_id
        and z.quantization = t.quantization
        and z.is_chosen
    union all
    select 'throughput', row_key(build_id, throughput_from), 'system', 'builds', build_id
    from throughput

    -- money and watts
    union all
    select
        'power_cost', row_key(p.build_id, p.scenario_id), 'watts',
        'build_power', row_key(w.build_id, w.power_basis)
    from power_cost as p
    inner join build_power as w
        on w.build_id = p.build_id
        and w.is_best
    union all
    select 'power_cost', row_key(build_id, scenario_id), 'scenario', 'scenarios', scenario_id
    from power_cost
    union all
    select
        'cost_per_token', row_key(build_id, throughput_from, scenario_id), 'throughput',
        'throughput', row_key(build_id, throughput_from)
    from cost_per_token
    union all
    select
        'cost_per_token', row_key(build_id, throughput_from, scenario_id), 'price of the system',
        'build_costs', row_key(build_id, 'current')
    from cost_per_token
    union all
    select
        'cost_per_token', row_key(c.build_id, c.throughput_from, c.scenario_id), 'watts',
        'build_power', row_key(w.build_id, w.power_basis)
    from cost_per_token as c
    inner join build_power as w
        on w.build_id = c.build_id
        and w.is_best
    union all
    select 'cost_per_token', row_key(build_id, throughput_from, scenario_id), 'scenario', 'scenarios', scenario_id
    from cost_per_token
    union all
    select
        'cloud_roi', row_key(build_id, cloud_rate_id, scenario_id, comparison), 'rent',
        'cloud_rates', cloud_rate_id
    from cloud_roi
    union all
    select
        'cloud_roi', row_key(build_id, cloud_rate_id, scenario_id, comparison), 'price of the system',
        'build_costs', row_key(build_id, 'current')
    from cloud_roi
    union all
    select
        'cloud_roi', row_key(c.build_id, c.cloud_rate_id, c.scenario_id, c.comparison), 'watts',
        'build_power', row_key(w.build_id, w.power_basis)
    from cloud_roi as c
    inner join build_power as w
        on w.build_id = c.build_id
        and w.is_best
    union all
    select
        'cloud_roi', row_key(build_id, cloud_rate_id, scenario_id, comparison), 'scenario',
        'scenarios', scenario_id
    from cloud_roi
    union all
    select
        'cloud_roi', row_key(build_id, cloud_rate_id, scenario_id, comparison), 'memory of the system',
        'builds', build_id
    from cloud_roi
    where comparison = 'same_memory'
    union all
    select
        'cloud_roi', row_key(c.build_id, c.cloud_rate_id, c.scenario_id, c.comparison), 'memory of the rented GPU',
        'hardware', r.hardware_id
    from cloud_roi as c
    inner join cloud_rates as r
        on r.cloud_rate_id = c.cloud_rate_id
    where c.comparison = 'same_memory'

    -- the audit itself
    union all
    select 'claims', claim_id, 'figure as stated', 'observations', observation_id
    from claims
    union all
    select 'claims', claim_id, 'input ' || input_name, 'claim_inputs', row_key(claim_id, input_name, position)
    from claim_inputs
    union all
    select 'claim_inputs', row_key(claim_id, input_name, position), 'figure', 'observations', observation_id
    from claim_inputs
    union all
    select
        'conflicts', row_key(subject, attribute, conditions), 'value',
        'conflict_values', row_key(observation_id, subject, attribute, conditions)
    from conflict_values
    union all
    select
        'conflict_values', row_key(observation_id, subject, attribute, conditions), 'value as stated',
        'observations', observation_id
    from conflict_values
    union all
    select 'price_staleness', observation_id, 'price', 'prices', observation_id
    from price_staleness
    union all
    select 'quality_summary', source_id, 'scraped table', 'raw_files', raw_file
    from raw_files
    union all
    select 'quality_summary', source_id, 'claim', 'claims', claim_id
    from claims
    union all
    select 'quality_summary', b.source_id, 'speed', 'roofline', r.benchmark_id
    from roofline as r
    inner join benchmarks as b
        on b.benchmark_id = r.benchmark_id
)

select distinct
    table_name,
    row_key,
    role,
    input_table,
    input_key
from edges
where input_key is not null
order by table_name, row_key, role, input_table, input_key

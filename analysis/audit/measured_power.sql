-- Watts that somebody read at the wall while a model generated tokens, with what the data sheet says of the accelerator.
select
    o.observation_id,
    o.hardware_id,
    h.kind as hardware_kind,
    o.count as accelerators,
    o.host,
    o.model_id,
    o.quantization,
    h.tdp_w,
    mid(o.value_low, o.value_high) as wall_w,
    o.source_id,
    o.observed_on
from current_observations as o
inner join hardware as h
    on h.hardware_id = o.hardware_id
where o.attribute = 'working_power'
    and not o.is_derived
    and o.value_low is not null
order by o.observation_id

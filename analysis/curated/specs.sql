-- What hardware is, as each source states it: one row a reading. `hardware` chooses among them.
select
    observation_id,
    hardware_id,
    attribute,
    count as pieces,
    each,
    value_low,
    value_high,
    value_text,
    unit,
    is_approximate,
    bound,
    note,
    is_derived,
    source_id,
    raw_file,
    raw_row,
    raw_text,
    observed_on,
    date_basis
from current_observations
where kind = 'spec'
    and hardware_id is not null
order by hardware_id, attribute, observation_id

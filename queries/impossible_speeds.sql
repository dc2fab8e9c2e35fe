-- Which stated speeds are more than memory could deliver?
-- Each token reads the active weights once, so bandwidth over weights is a ceiling for one sequence at a time. Of those that
-- are partly impossible only the high end is beyond it. The text is the cell as its source has it; none enters a cost.
select
    h.name as accelerator,
    r.accelerator_count as cards,
    r.model_id,
    r.quantization,
    r.claimed_high as claimed_tok_s,
    r.ceiling_tok_s,
    r.layer_split_ceiling_tok_s,
    r.ratio_high as times_too_fast,
    r.verdict,
    r.assumptions,
    o.raw_file,
    o.raw_row,
    o.raw_text
from roofline as r
inner join hardware as h
    on h.hardware_id = r.accelerator_id
inner join observations as o
    on o.observation_id = r.benchmark_id
where r.verdict in ('impossible', 'partly')
order by r.ratio_high desc, r.benchmark_id;

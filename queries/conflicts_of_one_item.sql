-- What do the sources say differently of the GeForce RTX 5090, and which value was taken?
-- Every reading beside the others on the same thing, of the card and of systems with it; is_chosen marks the ones that
-- the tables use. Another item is another id: `from hardware` lists them.
select
    c.subject,
    c.attribute,
    c.conditions,
    c.nature,
    v.value_low,
    v.value_high,
    v.value_text,
    v.unit,
    v.is_chosen,
    c.why_chosen,
    v.source_id,
    v.observed_on,
    v.raw_file,
    v.raw_row,
    v.raw_text
from conflicts as c
inner join conflict_values as v
    on v.subject = c.subject
    and v.attribute = c.attribute
    and v.conditions = c.conditions
where c.subject = 'rtx-5090'
    or ends_with(c.subject, ' rtx-5090')
order by c.subject, c.attribute, c.conditions, v.is_chosen desc, v.value_low, v.observation_id;

-- What is said differently of the same thing under the same conditions: contradictions, and ranges that share a value.
-- With the value that the curated tables took, and the rule that took it.
with intervals as (
    select
        *,
        case when bound = 'at_most' then '-infinity'::double else value_low end as least,
        case when bound = 'at_least' then 'infinity'::double else value_high end as most
    from conflict_values
),

-- of several that were taken (one for each model of a size), the best evidence speaks for the row
chosen as (
    select
        subject,
        attribute,
        conditions,
        count(*) as n_chosen,
        arg_min(
            {
                'low': value_low, 'high': value_high, 'is_derived': is_derived, 'observed_on': observed_on,
                'bound': bound, 'is_approximate': is_approximate, 'date_basis': date_basis,
                'observation_id': observation_id
            },
            evidence_order(is_derived, observed_on, date_basis, bound, is_approximate, observation_id)
        ) as best
    from conflict_values
    where is_chosen
    group by subject, attribute, conditions
),

rows_of_it as (
    select
        i.subject,
        i.attribute,
        i.conditions,
        count_if(i.is_new_value) as n_values,
        count(*) as n_readings,
        count(distinct i.source_id) as n_sources,
        min(i.value_low) as min_value,
        max(i.value_high) as max_value,
        min(i.unit) as unit,
        any_value(i.taken_under) as taken_under,
        bool_and(i.is_impossible) as all_impossible,
        max(i.least) <= min(i.most) as has_common_value,
        string_agg(distinct i.value_text, ' and ' order by i.value_text) as texts,
        -- what the rest is, beside the one that was taken
        bool_and(i.is_derived) filter (where i.observation_id is distinct from c.best.observation_id) as rest_derived,
        max(i.observed_on)
            filter (where i.observation_id is distinct from c.best.observation_id and not i.is_derived) as rest_newest,
        bool_and(i.date_basis <> 'explicit' or i.is_derived)
            filter (where i.observation_id is distinct from c.best.observation_id) as rest_of_document_day,
        bool_and(i.bound is not null or i.is_derived)
            filter (where i.observation_id is distinct from c.best.observation_id) as rest_bound,
        bool_and(i.is_approximate or i.is_derived)
            filter (where i.observation_id is distinct from c.best.observation_id) as rest_approximate,
        any_value(c.best) as best,
        any_value(c.n_chosen) as n_chosen
    from intervals as i
    left join chosen as c
        on c.subject = i.subject
        and c.attribute = i.attribute
        and c.conditions = i.conditions
    group by i.subject, i.attribute, i.conditions
)

select
    r.subject,
    r.attribute,
    r.conditions,
    case
        when r.texts is null and r.has_common_value then 'overlap'
        else 'contradiction'
    end as nature,
    r.n_values,
    r.n_readings,
    r.n_sources,
    r.min_value,
    r.max_value,
    r.max_value / nullif(r.min_value, 0) as ratio,
    r.texts as text_values,
    r.unit,
    mid(r.best.low, r.best.high) as chosen_value,
    coalesce(r.n_chosen, 0) as n_chosen,
    case
        when r.best is null and r.all_impossible then 'faster than the memory allows; roofline has the arithmetic'
        when r.best is null and r.taken_under is not null
            then 'not used; taken under other conditions: ' || r.taken_under
        when r.best is null and r.attribute = 'tokens_per_s'
            then 'not used; throughput says why, or no system has it'
        when r.best is null then 'no table uses it'
        when r.n_chosen > 1 and r.attribute in ('size', 'tokens_per_s')
            then format('{} taken: the nearest for each model, label of the quantisation, and system', r.n_chosen)
        when r.n_chosen > 1 then format('{} taken: each system takes the one of its own document first', r.n_chosen)
        when r.attribute = 'tokens_per_s'
            then 'what memory allows, the system''s own source before others, measured before expected'
        when r.attribute = 'system_price' then 'the total printed under the parts before the round one of a heading'
        when r.attribute = 'size' then 'each model and label of a quantisation has its own'
        when r.rest_derived and not r.best.is_derived then 'stated before computed from other figures'
        when r.rest_newest is null or r.best.observed_on > r.rest_newest then 'the newest'
        when r.best.date_basis = 'explicit' and r.rest_of_document_day then 'has a day of its own'
        when r.best.bound is null and r.rest_bound then 'a figure before a limit'
        when not r.best.is_approximate and r.rest_approximate then 'exact before approximate'
        else 'of equal rank: the first in order of the files'
    end as why_chosen,
    r.best.observation_id as chosen_from
from rows_of_it as r
order by r.subject, r.attribute, r.conditions

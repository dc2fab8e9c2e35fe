-- The readings behind each outright contradiction, with what was taken and the cell of each.
select
    v.observation_id,
    v.subject,
    v.attribute,
    v.conditions,
    c.ratio,
    concat_ws('; ', replace(v.attribute, '_', ' '), nullif(v.conditions, '')) as about,
    v.value_low,
    v.value_high,
    v.value_text,
    v.unit,
    nullif(concat_ws(', ',
        case when v.is_chosen then 'taken' end,
        case when v.is_impossible then 'impossible' end,
        case when v.is_derived then 'derived by its source' end,
        case when v.is_approximate then 'about' end
    ), '') as remark,
    v.observed_on,
    cell_text(v.raw_text) as cell,
    cell_place(v.raw_file, v.raw_row, v.raw_column) as place,
    case when v.observed_on is null then 'no day' end as missing
from conflict_values as v
inner join conflicts as c
    on c.subject = v.subject
    and c.attribute = v.attribute
    and c.conditions = v.conditions
where c.nature = 'contradiction'
order by v.observation_id, v.subject, v.attribute, v.conditions

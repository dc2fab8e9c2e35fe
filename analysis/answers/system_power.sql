-- What each system uses at work, in words: how it is known, what a sum leaves out, and the cell of a stated figure.
select
    p.build_id,
    b.name as system,
    b.doubt,
    p.power_basis,
    case
        when p.watts_mid is null then 'not known'
        when p.power_basis = 'measured' then 'measured at the wall'
        when p.power_basis = 'calibrated' then 'from measured computers'
        when p.power_basis = 'stated' then 'stated for the system'
        when p.power_basis = 'parts_tdp' then 'sum of TDPs'
        else replace(p.power_basis, '_', ' ')
    end as basis,
    p.watts_low,
    p.watts_mid,
    p.watts_high,
    case p.watts_bound when 'at_least' then 'or more' when 'at_most' then 'at most' end as watts_remark,
    p.idle_w_mid as idle_w,
    p.peak_w_high as peak_w,
    case
        when p.power_basis = 'measured' then 'watts at the wall of this system'
        when p.power_basis = 'calibrated' then 'a rule fitted to watts at the wall of computers with one card'
        when p.power_basis = 'assumed' then 'no good measurement of such a system is known: a wide interval'
        when p.power_basis = 'stated' then cell_text(o.raw_text)
        when p.watts_mid is null then p.missing
        when p.not_counted is not null then 'TDPs; excludes ' || p.not_counted
        when p.power_basis = 'modelled' then 'TDPs; the host from the assumptions'
        else 'TDPs of all parts'
    end as rests_on,
    cell_place(o.raw_file, o.raw_row, o.raw_column) as place,
    coalesce(p.missing, 'no document states it') as missing
from build_power as p
inner join builds as b
    on b.build_id = p.build_id
left join observations as o
    on o.observation_id = p.watts_from
where p.is_best
order by p.build_id

-- What each system is made of, with what the document asks for each line and what it costs by the best price known.
-- A slot that the description leaves out has a line too, without an item and without a price.
with part_observations as (
    select
        o.*,
        o.owned as is_owned,
        count(p.observation_id) over (partition by o.build_id, o.raw_file) as priced_parts_in_file
    from current_observations as o
    left join (select distinct raw_file, raw_row, hardware_id, observation_id from prices where is_current) as p
        on p.raw_file = o.raw_file
        and p.raw_row = o.raw_row
        and p.hardware_id = o.hardware_id
    where o.attribute = 'part'
        and o.build_id is not null
    -- a cell priced in two columns is still one part
    qualify row_number() over (partition by o.observation_id order by p.observation_id) = 1
),

-- where several tables list the same slot of a system, the one with more prices is taken
part_lines as (
    select *
    from part_observations
    qualify rank() over (partition by build_id, slot order by priced_parts_in_file desc, raw_file) = 1
),

stated_prices as (
    select
        l.observation_id,
        p.observation_id as price_observation_id,
        p.condition,
        p.bound,
        p.price_low_usd,
        p.price_mid_usd,
        p.price_high_usd
    from part_lines as l
    inner join prices as p
        on p.hardware_id = l.hardware_id
        and p.is_current
        and (
            p.build_id = l.build_id
            -- what a document asks for a whole system it asks for the build that is nothing but that system
            or (p.build_id is null and p.source_id = l.source_id and l.slot = 'system')
        )
    qualify row_number() over (
        partition by l.observation_id
        order by
            p.raw_file = l.raw_file and p.raw_row = l.raw_row desc,
            p.build_id is null,
            evidence_order(p.is_derived, p.observed_on, p.date_basis, p.bound, p.is_approximate, p.observation_id)
    ) = 1
),

-- used stays used; what is bought new takes the kind of price that assumptions.toml prefers, then the newest; a price
-- without a day is no price of today while there is one with a day
best_prices as (
    select
        l.observation_id,
        p.observation_id as price_observation_id,
        p.condition,
        p.bound,
        p.priced_on as observed_on,
        p.price_low_usd,
        p.price_mid_usd,
        p.price_high_usd
    from part_lines as l
    left join stated_prices as s
        on s.observation_id = l.observation_id
    inner join prices as p
        on p.hardware_id = l.hardware_id
        and p.is_candidate
        and p.is_current
    left join price_preference as f
        on f.condition = p.condition
    where (coalesce(s.condition, l.condition, '') <> 'used' or p.condition = 'used')
    qualify row_number() over (
        partition by l.observation_id
        order by
            p.priced_on is null,
            f.rank nulls last,
            p.priced_on desc,
            p.source_id = l.source_id desc,
            coalesce(p.build_id = l.build_id, false) desc,
            -- a price in the parts list of some other system comes after one of the item by itself
            p.build_id is not null and p.build_id <> l.build_id,
            evidence_order(p.is_derived, p.observed_on, p.date_basis, p.bound, p.is_approximate, p.observation_id)
    ) = 1
),

priced_lines as (
    select
        l.*,
        s.price_observation_id as stated_price_from,
        s.condition as stated_condition,
        s.bound as stated_bound,
        s.price_low_usd * l.count as stated_low_usd,
        s.price_mid_usd * l.count as stated_mid_usd,
        s.price_high_usd * l.count as stated_high_usd,
        coalesce(b.price_observation_id, s.price_observation_id) as best_price_from,
        coalesce(b.condition, s.condition) as best_condition,
        case when b.observation_id is null then s.bound else b.bound end as best_bound,
        b.observed_on as best_price_on,
        coalesce(b.price_low_usd, s.price_low_usd) * l.count as best_low_usd,
        coalesce(b.price_mid_usd, s.price_mid_usd) * l.count as best_mid_usd,
        coalesce(b.price_high_usd, s.price_high_usd) * l.count as best_high_usd
    from part_lines as l
    left join stated_prices as s
        on s.observation_id = l.observation_id
    left join best_prices as b
        on b.observation_id = l.observation_id
    union all by name
    select
        build_id,
        slot,
        false as is_owned
    from catalogue_unstated
),

-- nothing more is paid for what one has, nor for the cards inside a system that is bought whole
judged_lines as (
    select
        *,
        case
            when is_owned then 'owned'
            when slot = 'gpu' and bool_or(slot = 'system') over (partition by build_id) then 'included'
            when stated_mid_usd is not null then 'stated'
            when best_mid_usd is not null then 'best_known'
            else 'unstated'
        end as price_basis,
        case when price_basis in ('owned', 'included') then 0 end as nothing_to_pay
    from priced_lines
)

select
    l.build_id,
    row_number() over (
        partition by l.build_id
        order by l.raw_file nulls last, l.raw_row, l.observation_id, l.slot
    ) as line,
    l.slot,
    l.hardware_id,
    coalesce(h.name, l.raw_text, l.slot || ' (not described)') as name,
    l.count as quantity,
    l.link,
    coalesce(l.nothing_to_pay, l.stated_low_usd, l.best_low_usd) as price_low_usd,
    coalesce(l.nothing_to_pay, l.stated_mid_usd, l.best_mid_usd) as price_mid_usd,
    coalesce(l.nothing_to_pay, l.stated_high_usd, l.best_high_usd) as price_high_usd,
    l.price_basis,
    case when l.nothing_to_pay is null then coalesce(l.stated_condition, l.best_condition) end as price_condition,
    case
        when l.nothing_to_pay is null and l.stated_mid_usd is not null then l.stated_bound
        when l.nothing_to_pay is null then l.best_bound
    end as price_bound,
    case when l.nothing_to_pay is null then coalesce(l.stated_price_from, l.best_price_from) end as price_from,
    coalesce(l.nothing_to_pay, l.best_low_usd) as current_price_low_usd,
    coalesce(l.nothing_to_pay, l.best_mid_usd) as current_price_mid_usd,
    coalesce(l.nothing_to_pay, l.best_high_usd) as current_price_high_usd,
    case when l.nothing_to_pay is null then l.best_condition end as current_condition,
    case when l.nothing_to_pay is null then l.best_bound end as current_bound,
    case when l.nothing_to_pay is null then l.best_price_on end as current_price_on,
    case when l.nothing_to_pay is null then l.best_price_from end as current_price_from,
    l.note,
    l.observation_id,
    l.source_id,
    l.raw_file,
    l.raw_row,
    l.raw_text,
    l.observed_on,
    l.date_basis
from judged_lines as l
left join catalogue_hardware as h
    on h.hardware_id = l.hardware_id
order by l.build_id, line

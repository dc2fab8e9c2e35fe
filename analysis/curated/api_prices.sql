-- What models cost by the token: the readings of one row of a source side by side.
with rows_of_sources as (
    select
        raw_file,
        raw_row,
        model_id,
        provider,
        hours,
        context_tokens,
        valid_from,
        min(value_low) filter (where attribute = 'input_price') as input_usd_per_mtok_low,
        max(value_high) filter (where attribute = 'input_price') as input_usd_per_mtok_high,
        min(value_low) filter (where attribute = 'cached_input_price') as cached_input_usd_per_mtok,
        min(value_low) filter (where attribute = 'output_price') as output_usd_per_mtok_low,
        max(value_high) filter (where attribute = 'output_price') as output_usd_per_mtok_high,
        min(currency) as currency,
        min(tax) as tax,
        min(fx_day) as fx_day,
        min(note) as note,
        min(observation_id) as observation_id,
        arg_min(raw_text, observation_id) as raw_text,
        arg_min(source_id, observation_id) as source_id,
        min(observed_on) as observed_on,
        arg_min(date_basis, observation_id) as date_basis,
        concat_ws(
            '/',
            arg_min(source_id, observation_id),
            model_id,
            regexp_replace(lower(provider), '[^a-z0-9]+', '-', 'g'),
            valid_from,
            context_tokens
        ) as readable_id
    from current_observations
    cross join settings
    where kind = 'api_price'
        -- what no longer holds on the day of the tables is history
        and (valid_to is null or valid_to > settings.as_of)
    group by raw_file, raw_row, model_id, provider, hours, context_tokens, valid_from
)

select
    readable_id
    || case
        when count(*) over (partition by readable_id) > 1
            then '/' || row_number() over (partition by readable_id order by raw_file, raw_row, observation_id)
        else ''
    end as api_price_id,
    model_id,
    provider,
    input_usd_per_mtok_low,
    input_usd_per_mtok_high,
    cached_input_usd_per_mtok,
    output_usd_per_mtok_low,
    output_usd_per_mtok_high,
    hours,
    context_tokens,
    valid_from,
    currency,
    tax,
    fx_day,
    note,
    observation_id,
    source_id,
    raw_file,
    raw_row,
    raw_text,
    observed_on,
    date_basis
from rows_of_sources
order by api_price_id

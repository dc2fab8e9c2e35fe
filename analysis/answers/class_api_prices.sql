-- What providers ask for a million generated tokens of a model of each class, with the prompts that go with them
-- (input_per_output): the cheapest, the median and the highest of those that hold at every hour and for every length of prompt.
with counted as (
    select
        k.model_class,
        a.api_price_id,
        a.provider,
        a.output_usd_per_mtok_low,
        mid(a.output_usd_per_mtok_low, a.output_usd_per_mtok_high) as output_usd_per_mtok_mid,
        a.output_usd_per_mtok_high,
        usd_per_mtok_with_input(a.output_usd_per_mtok_low, a.input_usd_per_mtok_low, i.value) as usd_per_mtok_low,
        usd_per_mtok_with_input(
            output_usd_per_mtok_mid, mid(a.input_usd_per_mtok_low, a.input_usd_per_mtok_high), i.value
        ) as usd_per_mtok_mid,
        usd_per_mtok_with_input(a.output_usd_per_mtok_high, a.input_usd_per_mtok_high, i.value) as usd_per_mtok_high
    from api_prices as a
    inner join (select distinct model_class, model_id from class_models where is_class_size) as k
        on k.model_id = a.model_id
    inner join assumptions as i
        on i.name = 'input_per_output'
    where a.output_usd_per_mtok_low is not null
        and a.input_usd_per_mtok_low is not null
        and a.hours is null
        and a.context_tokens is null
)

select
    model_class,
    count(*) as prices,
    count(distinct provider) as providers,
    arg_min(api_price_id, row(usd_per_mtok_low, api_price_id)) as cheapest_api_price_id,
    arg_min(provider, row(usd_per_mtok_low, api_price_id)) as cheapest_provider,
    min(usd_per_mtok_low) as usd_per_mtok_low,
    median(usd_per_mtok_mid) as usd_per_mtok_mid,
    max(usd_per_mtok_high) as usd_per_mtok_high,
    min(output_usd_per_mtok_low) as output_usd_per_mtok_low,
    median(output_usd_per_mtok_mid) as output_usd_per_mtok_mid,
    max(output_usd_per_mtok_high) as output_usd_per_mtok_high
from counted
group by model_class
order by model_class

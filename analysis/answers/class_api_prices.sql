-- What providers ask for a million generated tokens of a model of each class: the cheapest, the median and the highest of
-- those that hold at every hour and for every length of prompt.
select
    k.model_class,
    count(*) as prices,
    count(distinct a.provider) as providers,
    arg_min(a.api_price_id, row(a.output_usd_per_mtok_low, a.api_price_id)) as cheapest_api_price_id,
    arg_min(a.provider, row(a.output_usd_per_mtok_low, a.api_price_id)) as cheapest_provider,
    min(a.output_usd_per_mtok_low) as usd_per_mtok_low,
    median(mid(a.output_usd_per_mtok_low, a.output_usd_per_mtok_high)) as usd_per_mtok_mid,
    max(a.output_usd_per_mtok_high) as usd_per_mtok_high
from api_prices as a
inner join (select distinct model_class, model_id from class_models where is_class_size) as k
    on k.model_id = a.model_id
where a.output_usd_per_mtok_low is not null
    and a.hours is null
    and a.context_tokens is null
group by k.model_class
order by k.model_class

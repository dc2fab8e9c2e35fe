-- Keys of rows as one text, for tables that point at rows of any other table. The separator stands in no identifier.

create or replace macro row_key(first, second := null, third := null, fourth := null, fifth := null, sixth := null) as
    concat_ws(' | ', first, second, third, fourth, fifth, sixth);

comment on macro row_key is
    'Primary key of a row as one text, its values in the order of the declaration. row_key(''maxq-1x'', ''current'') is ''maxq-1x | current''.';

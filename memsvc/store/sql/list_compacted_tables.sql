-- Every table that may hold bytes of rows that are gone, the catalogue's samples among them.
select quote_ident(namespace.nspname) || '.' || quote_ident(class.relname) as name
from pg_class as class
inner join pg_namespace as namespace on namespace.oid = class.relnamespace
where class.relkind = 'r'
    and (namespace.nspname = 'public' or class.oid = 'pg_statistic'::regclass)
    and pg_has_role(class.relowner, 'usage')
order by pg_total_relation_size(class.oid)

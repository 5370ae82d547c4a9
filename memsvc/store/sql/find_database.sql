select 1 as there
from pg_database
where pg_database.datname = 'memsvc'

-- Row security does not bind these.
select
    pg_roles.rolname as name,
    pg_roles.rolsuper or pg_roles.rolbypassrls as unbound
from pg_roles
where pg_roles.rolname = current_user

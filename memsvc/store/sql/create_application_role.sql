do $$
declare
    application_role text := current_setting('memsvc.application_role');
begin
    if not exists (select from pg_roles where rolname = application_role) then
        execute format(
            'create role %I login nosuperuser nobypassrls nocreaterole nocreatedb', application_role
        );
    end if;
    execute format('grant %I to %I', application_role, current_user);
end
$$

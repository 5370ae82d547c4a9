-- Rows, not tables: what row security protects cannot be switched off by this role.
do $$
declare
    application_role text := current_setting('memsvc.application_role');
begin
    if application_role = current_user then
        return;
    end if;
    execute format('grant usage on schema public to %I', application_role);
    execute format(
        'grant select, insert, update, delete on all tables in schema public to %I', application_role
    );
    execute format('revoke update, delete on audit_entry from %I', application_role);
    execute format('grant usage on all sequences in schema public to %I', application_role);
end
$$

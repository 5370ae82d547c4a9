-- What people do with conversations, and the projects that they can belong to. A server of the version before
-- writes none of the columns and does not read the tables.
alter table conversation add column archive_time timestamptz;
alter table conversation add column pinned boolean not null default false;
alter table conversation add column metadata jsonb not null default '{}';
-- Counts the changes that somebody asked for; what is said in a conversation is none.
alter table conversation add column version integer not null default 1;
alter table conversation alter column metadata set statistics 0;

create table project (
    tenant_id text not null,
    project_id text not null,
    -- The owner who has been one longest; with the last owner the project goes.
    user_id text not null,
    name text not null check (name <> ''),
    description text not null,
    technologies text [] not null,
    settings jsonb not null,
    create_time timestamptz not null,
    update_time timestamptz not null,
    version integer not null default 1,
    primary key (tenant_id, project_id)
);
alter table project alter column name set statistics 0;
alter table project alter column description set statistics 0;
alter table project alter column settings set statistics 0;

create table project_member (
    tenant_id text not null,
    project_id text not null,
    user_id text not null,
    -- 1 owner, 2 editor, 3 viewer.
    role smallint not null check (role between 1 and 3),
    create_time timestamptz not null,
    primary key (tenant_id, project_id, user_id),
    foreign key (tenant_id, project_id) references project on delete cascade
);
create index project_member_user on project_member (tenant_id, user_id, project_id);

-- Asked from policies: the binding is lifted inside, so that what it asks does not ask it again.
create function is_project_member(of_tenant text, of_project text, of_user text)
returns boolean language plpgsql stable as $$
declare
    bound constant text := coalesce(current_setting('memsvc.user', true), '');
    is_member boolean;
begin
    perform set_config('memsvc.user', '', true);
    is_member := exists (
        select
        from project_member
        where project_member.tenant_id = of_tenant
            and project_member.project_id = of_project
            and project_member.user_id = of_user
    );
    perform set_config('memsvc.user', bound, true);
    return is_member;
end
$$;

-- When the owner whose name a project bears is none any more, it bears the name of the one who has been an owner
-- longest. So it goes with nobody but its last owner, whoever removes the member, an erasure included.
create function pass_project_on() returns trigger language plpgsql as $$
declare
    bound constant text := coalesce(current_setting('memsvc.user', true), '');
begin
    -- Who leaves a project sees it no more, and still hands it on.
    perform set_config('memsvc.user', '', true);
    update project
    set user_id = heir.user_id
    from (
        select project_member.user_id
        from project_member
        where project_member.tenant_id = old.tenant_id
            and project_member.project_id = old.project_id
            and project_member.role = 1
        order by project_member.create_time, project_member.user_id
        limit 1
    ) as heir
    where project.tenant_id = old.tenant_id
        and project.project_id = old.project_id
        and project.user_id = old.user_id
        and project.user_id <> heir.user_id;
    perform set_config('memsvc.user', bound, true);
    return null;
end
$$;
create trigger pass_project_on after delete or update of role on project_member
for each row execute function pass_project_on();

do $$
declare
    protected text;
begin
    foreach protected in array array['project', 'project_member'] loop
        execute format('alter table %I enable row level security', protected);
        execute format('alter table %I force row level security', protected);
        execute format(
            'create policy tenant_isolation on %I using '
            '(tenant_id = (select nullif(current_setting(''memsvc.tenant'', true), '''')))',
            protected
        );
        -- A transaction that is bound to a user sees the projects of which the user is a member, and who else is.
        execute format(
            'create policy user_binding on %I as restrictive using ('
            '(select coalesce(current_setting(''memsvc.user'', true), '''')) = '''' '
            'or user_id = (select current_setting(''memsvc.user'', true)) '
            'or is_project_member('
            'tenant_id, project_id, (select current_setting(''memsvc.user'', true))))',
            protected
        );
        execute format(
            'create trigger hold_user before insert or update of user_id on %I '
            'for each row execute function hold_user()',
            protected
        );
        -- While rows are being removed nobody sees the rest.
        execute format(
            'create policy not_erased on %I as restrictive for select using ('
            'user_id <> all (array('
            'select erased_user.pending_user_id from erased_user '
            'where erased_user.tenant_id '
            '= (select nullif(current_setting(''memsvc.tenant'', true), '''')) '
            'and erased_user.purge_time is null '
            'and (select current_setting(''memsvc.erasing'', true)) is distinct from ''on'')))',
            protected
        );
    end loop;
end
$$;

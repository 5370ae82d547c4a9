-- Under ids that there are already nothing is taken in: they are somebody's.
with taken as (
    insert into project (
        tenant_id, project_id, user_id, name, description, technologies, settings, create_time,
        update_time
    )
    select
        %(tenant_id)s, record.project_id, %(user_id)s, record.name, record.description,
        record.technologies, record.settings, record.create_time, record.update_time
    from jsonb_populate_recordset(null::project, %(records)s::jsonb) as record
    on conflict do nothing
    returning project.project_id, project.create_time
)

insert into project_member (tenant_id, project_id, user_id, role, create_time)
select
    %(tenant_id)s, taken.project_id, %(user_id)s, 1, taken.create_time
from taken
returning project_member.project_id

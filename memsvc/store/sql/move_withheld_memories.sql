-- What is put aside of a conversation goes with it into its project.
update withheld_memory
set record = withheld_memory.record || jsonb_build_object('project_id', %(project_id)s::text)
where withheld_memory.tenant_id = %(tenant_id)s
    and withheld_memory.user_id = %(user_id)s
    and withheld_memory.conversation_id = %(conversation_id)s

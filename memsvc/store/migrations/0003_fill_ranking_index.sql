-- The memories that were there before. Writers go on meanwhile: what they write is indexed by the
-- triggers, and whichever comes second leaves the first one's rows alone.
select set_config('memsvc.migration', 'on', true);

update conversation set number = nextval('conversation_number') where number is null;

update memory
set place = conversation.number * 16777216 + ordered.position
from (
    select
        tenant_id,
        memory_id,
        row_number() over (
            partition by tenant_id, user_id, conversation_id order by sequence
        ) - 1 as position
    from memory
    where kind = 2
) as ordered, conversation
where memory.tenant_id = ordered.tenant_id
    and memory.memory_id = ordered.memory_id
    and memory.place is null
    and conversation.tenant_id = memory.tenant_id
    and conversation.user_id = memory.user_id
    and conversation.conversation_id = memory.conversation_id;

update conversation
set message_count = counted.messages
from (
    select tenant_id, user_id, conversation_id, count(*) as messages
    from memory
    where kind = 2
    group by tenant_id, user_id, conversation_id
) as counted
where conversation.tenant_id = counted.tenant_id
    and conversation.user_id = counted.user_id
    and conversation.conversation_id = counted.conversation_id;

update memory_embedding
set bits = binary_quantize(memory_embedding.embedding),
    live = memory.superseded_time is null,
    expire_time = memory.expire_time
from memory
where memory.tenant_id = memory_embedding.tenant_id
    and memory.memory_id = memory_embedding.memory_id
    and memory_embedding.bits is null;

insert into memory_term (tenant_id, user_id, term, memory_id, weight, expire_time)
select
    memory.tenant_id, memory.user_id, element.term, memory.memory_id, element.weight,
    memory.expire_time
from memory
cross join lateral sparse_elements(memory.weights) as element
where memory.superseded_time is null
on conflict do nothing;

-- The triggers may have counted some already.
lock table memory_count in exclusive mode;
insert into memory_count (tenant_id, user_id, memories)
select tenant_id, user_id, count(*)
from memory
where superseded_time is null
group by tenant_id, user_id
on conflict (tenant_id, user_id) do update set memories = excluded.memories;

do $$
declare
    protected text;
begin
    foreach protected in array array[
        'conversation', 'memory', 'memory_embedding', 'memory_term', 'memory_count'
    ] loop
        execute format('drop policy migration on %I', protected);
    end loop;
end
$$;

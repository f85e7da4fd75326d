"""Erasing a person, and deleting what is older than a company keeps it. Servers of the version before use neither."""

from alembic import op

revision = "0006"
down_revision = "0005"

TENANT = "nullif(current_setting('app.tenant', true), '')::uuid"

DELETE_CLOSED = f"""
create function delete_closed_conversations(before timestamptz, most integer) returns integer
language plpgsql security definer set search_path = public, control, pg_temp as $$
declare
    tenant constant uuid := {TENANT};
    gone uuid[];
    people uuid[];
begin
    select array_agg(id), array_agg(distinct person_id) into gone, people from (
        select id, person_id from conversation
        where tenant_id = tenant and status = 'closed' and active_at < before
        order by active_at limit most for update skip locked) as old;
    if gone is null then
        return 0;
    end if;
    delete from conversation_event where tenant_id = tenant and conversation_id = any(gone);
    delete from conversation_snapshot where tenant_id = tenant and conversation_id = any(gone);
    delete from conversation_trigger where tenant_id = tenant and conversation_id = any(gone);
    delete from idempotency where tenant_id = tenant and conversation_id = any(gone);
    delete from approval where tenant_id = tenant and conversation_id = any(gone);
    delete from verification_code where tenant_id = tenant and conversation_id = any(gone::text[]);
    delete from new_address_code where tenant_id = tenant and conversation_id = any(gone::text[]);
    delete from due_conversation where tenant_id = tenant and conversation_id = any(gone);
    delete from conversation where tenant_id = tenant and id = any(gone);
    select array_agg(p.id) into people from person p
    where p.tenant_id = tenant and p.id = any(people)
      and not exists (select from conversation c where c.tenant_id = tenant and c.person_id = p.id)
      and not exists (select from person other where other.tenant_id = tenant and other.merged_into = p.id);
    delete from person_identity where tenant_id = tenant and person_id = any(people);
    delete from consent where tenant_id = tenant and person_id = any(people);
    delete from person where tenant_id = tenant and id = any(people);
    return cardinality(gone);
end $$
"""


def upgrade() -> None:
    op.execute(
        """create table person_erasure (
            tenant_id uuid not null references control.tenant (id),
            id uuid not null,
            person_ids uuid[] not null,
            conversations integer not null,
            case_ids text[] not null,
            org_records text not null check (org_records in ('keep', 'anonymise')),
            org_status text not null check (org_status in ('kept', 'waiting', 'done')),
            cases_left text[] not null default '{}',
            attempts integer not null default 0,
            requested_by text not null,
            requested_at timestamptz not null,
            primary key (tenant_id, id))"""
    )
    op.execute("alter table person_erasure enable row level security")
    op.execute("alter table person_erasure force row level security")
    op.execute(f"create policy tenant on person_erasure using (tenant_id = {TENANT}) with check (tenant_id = {TENANT})")
    op.execute("grant select, insert, update on person_erasure to casewright_app")
    op.execute("create index conversation_person on conversation (tenant_id, person_id)")
    op.execute("create index person_merged on person (tenant_id, merged_into) where merged_into is not null")
    op.execute(
        """create index conversation_closed on conversation (tenant_id, active_at)
           where status = 'closed'"""
    )
    # The log cannot be deleted by the application's role; this is the one way, and it takes only what is closed and old.
    op.execute(DELETE_CLOSED)
    op.execute("revoke execute on function delete_closed_conversations from public")
    op.execute("grant execute on function delete_closed_conversations to casewright_app")


def downgrade() -> None:
    op.execute("drop function delete_closed_conversations")
    for index in ("conversation_closed", "person_merged", "conversation_person"):
        op.execute(f"drop index {index}")
    op.execute("drop table person_erasure")

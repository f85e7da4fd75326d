"""The first schema."""

from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy import text

revision = "0001"
down_revision = None

EXTENSIONS = ("vector", "pg_trgm", "unaccent")

CONTROL = """
create table control.tenant (
    id uuid primary key,
    slug text not null unique,
    name text not null,
    profile jsonb not null default '{}',
    created_at timestamptz not null default now()
);
create table control.placement (
    tenant_id uuid primary key references control.tenant (id),
    kind text not null default 'shared' check (kind in ('shared', 'schema', 'database')),
    schema_name text not null default 'public',
    dsn text
);
create table control.api_key (
    id uuid primary key,
    tenant_id uuid not null references control.tenant (id),
    kind text not null check (kind in ('publishable', 'operator')),
    digest bytea not null unique,
    created_at timestamptz not null default now(),
    revoked_at timestamptz
);
create table control.due_conversation (
    conversation_id uuid primary key,
    tenant_id uuid not null references control.tenant (id),
    due_at timestamptz not null
);
create index due_conversation_due_at on control.due_conversation (due_at);
create unlogged table control.request_window (
    tenant_id uuid not null,
    minute timestamptz not null,
    requests integer not null,
    primary key (tenant_id, minute)
);
"""

TENANT_TABLES = {
    "person": """
        id uuid not null,
        wrapped_key bytea,
        locale text not null default 'en',
        time_zone text not null default 'UTC',
        merged_into uuid,
        created_at timestamptz not null default now(),
        erased_at timestamptz,
        primary key (tenant_id, id)""",
    "person_identity": """
        id uuid not null,
        person_id uuid not null,
        kind text not null check (kind in ('email', 'contact', 'site')),
        digest bytea not null,
        sealed bytea not null,
        assurance text not null,
        seen_at timestamptz not null default now(),
        primary key (tenant_id, id),
        unique (tenant_id, person_id, kind, digest),
        foreign key (tenant_id, person_id) references person (tenant_id, id)""",
    "consent": """
        person_id uuid not null,
        purpose text not null,
        granted boolean not null,
        source text not null,
        at timestamptz not null default now(),
        primary key (tenant_id, person_id, purpose, at),
        foreign key (tenant_id, person_id) references person (tenant_id, id)""",
    "conversation": """
        id uuid not null,
        person_id uuid not null,
        token_digest bytea not null,
        channel text not null default 'web',
        language text not null,
        time_zone text not null default 'UTC',
        status text not null default 'open' check (status in ('open', 'closed')),
        mode text not null default 'agent' check (mode in ('agent', 'human')),
        outcome text,
        clock_offset interval not null default '0',
        next_seq bigint not null default 1,
        fence bigint not null default 0,
        lease_owner text,
        lease_until timestamptz,
        created_at timestamptz not null,
        active_at timestamptz not null,
        reason text,
        frustration real not null default 0,
        topic text,
        last_from text,
        last_message bytea,
        waiting_since timestamptz,
        case_id text,
        case_number text,
        case_url text,
        pending_approvals integer not null default 0,
        primary key (tenant_id, id),
        foreign key (tenant_id, person_id) references person (tenant_id, id)""",
    "conversation_event": """
        conversation_id uuid not null,
        seq bigint not null,
        kind text not null,
        schema_version smallint not null,
        data jsonb not null,
        sealed bytea,
        fence bigint not null,
        turn_id uuid,
        at timestamptz not null,
        primary key (tenant_id, conversation_id, seq)""",
    "conversation_snapshot": """
        conversation_id uuid not null,
        seq bigint not null,
        schema_version smallint not null,
        sealed bytea not null,
        primary key (tenant_id, conversation_id)""",
    "conversation_trigger": """
        id uuid not null,
        conversation_id uuid not null,
        kind text not null,
        data jsonb not null,
        sealed bytea,
        seq bigint not null,
        created_at timestamptz not null,
        primary key (tenant_id, id)""",
    "idempotency": """
        conversation_id uuid not null,
        key text not null,
        body_digest bytea not null,
        message_id uuid not null,
        created_at timestamptz not null default now(),
        primary key (tenant_id, conversation_id, key)""",
    "approval": """
        id uuid not null,
        conversation_id uuid not null,
        person_id uuid not null,
        action text not null,
        sealed bytea not null,
        status text not null default 'pending' check (status in ('pending', 'approved', 'rejected', 'expired')),
        requested_at timestamptz not null,
        decided_at timestamptz,
        decided_by text,
        primary key (tenant_id, id)""",
    "audit_event": """
        id uuid not null,
        at timestamptz not null default now(),
        role text not null,
        actor text not null,
        action text not null,
        object_id text not null,
        primary key (tenant_id, id)""",
    "verification_code": """
        conversation_id text not null,
        email_digest bytea not null,
        code_digest bytea not null,
        contact_id text,
        account_id text,
        attempts integer not null default 0,
        expires_at timestamptz not null,
        created_at timestamptz not null default now(),
        primary key (tenant_id, conversation_id)""",
    "org_connection": """
        url text not null,
        client_id text not null,
        sealed_secret bytea not null,
        external_ids jsonb not null default '{}',
        created_at timestamptz not null default now(),
        primary key (tenant_id)""",
    "intent_model": """
        version integer not null,
        digest text not null,
        data bytea not null,
        report jsonb not null default '{}',
        active boolean not null default false,
        created_at timestamptz not null default now(),
        primary key (tenant_id, version)""",
    "procedure_version": """
        name text not null,
        digest text not null,
        definition jsonb not null,
        active boolean not null default false,
        created_at timestamptz not null default now(),
        primary key (tenant_id, name, digest)""",
    "article": """
        id uuid not null,
        key text not null,
        language text not null,
        audience text not null check (audience in ('public', 'customer', 'internal')),
        product text not null default '',
        source text not null default '',
        checked_on date,
        current_version integer not null,
        status text not null default 'published',
        credibility real not null default 1,
        usage_count integer not null default 0,
        success_count integer not null default 0,
        failure_count integer not null default 0,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        primary key (tenant_id, id),
        unique (tenant_id, key)""",
    "article_version": """
        article_id uuid not null,
        version integer not null,
        title text not null,
        body text not null,
        digest text not null,
        created_at timestamptz not null default now(),
        primary key (tenant_id, article_id, version),
        foreign key (tenant_id, article_id) references article (tenant_id, id)""",
    "passage": """
        id uuid not null,
        article_id uuid not null,
        version integer not null,
        position integer not null,
        language text not null,
        audience text not null,
        section text not null default '',
        text text not null,
        sentences jsonb not null,
        codes text[] not null default '{}',
        search tsvector not null,
        embedding vector(384) not null,
        primary key (tenant_id, id),
        foreign key (tenant_id, article_id) references article (tenant_id, id)""",
    "knowledge_revision": """
        revision bigint not null default 0,
        primary key (tenant_id)""",
}

INDEXES = """
create index conversation_inbox on conversation (tenant_id, mode, status, waiting_since, active_at);
create index conversation_active on conversation (tenant_id, active_at) where status = 'open';
create index conversation_event_turn on conversation_event (tenant_id, turn_id) where kind = 'turn_finished';
create index conversation_trigger_order on conversation_trigger (tenant_id, conversation_id, seq);
create index person_identity_digest on person_identity (tenant_id, kind, digest);
create index approval_status on approval (tenant_id, status, requested_at);
create index approval_conversation on approval (tenant_id, conversation_id);
create unique index intent_model_active on intent_model (tenant_id) where active;
create unique index procedure_active on procedure_version (tenant_id, name) where active;
create index passage_article on passage (tenant_id, article_id);
create index passage_search on passage using gin (search);
create index passage_codes on passage using gin (codes);
create index passage_text on passage using gin (text gin_trgm_ops);
"""

APPEND_ONLY = ("conversation_event", "audit_event", "consent", "article_version")


def upgrade() -> None:
    run = op.get_bind().exec_driver_sql
    for extension in EXTENSIONS:
        run(f"create extension if not exists {extension}")
    run(
        """do $$ begin
            if not exists (select from pg_roles where rolname = 'casewright_app') then
                create role casewright_app nologin nosuperuser nobypassrls;
            end if;
            if not pg_has_role(current_user, 'casewright_app', 'member') then
                execute format('grant casewright_app to %%I', current_user);
            end if;
        end $$"""
    )
    run(CONTROL)
    for table, columns in TENANT_TABLES.items():
        run(f"create table {table} (tenant_id uuid not null references control.tenant (id), {columns})")
        run(f"alter table {table} enable row level security")
        run(f"alter table {table} force row level security")
        tenant = "nullif(current_setting('app.tenant', true), '')::uuid"
        run(f"create policy tenant on {table} using (tenant_id = {tenant}) with check (tenant_id = {tenant})")
    run(INDEXES)
    _create_job_tables()
    _grant()


def _create_job_tables() -> None:
    """The job queue's own tables stand in `control`: their arguments are ids."""
    bind = op.get_bind()
    bind.execute(text("set local search_path to control, public"))
    cursor = bind.connection.cursor()
    cursor.execute(SchemaManager.get_schema())
    cursor.close()
    bind.execute(text("set local search_path to public"))


def _grant() -> None:
    run = op.get_bind().exec_driver_sql
    run("grant usage on schema public, control to casewright_app")
    run("grant select, insert, update, delete on all tables in schema public, control to casewright_app")
    run("grant usage on all sequences in schema control to casewright_app")
    run("grant execute on all functions in schema control to casewright_app")
    for table in APPEND_ONLY:
        run(f"revoke update, delete on {table} from casewright_app")


def downgrade() -> None:
    run = op.get_bind().exec_driver_sql
    for table in reversed(TENANT_TABLES):
        run(f"drop table {table}")
    run("drop schema control cascade")

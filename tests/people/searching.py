"""Looking for words in all that a database holds."""

import asyncpg


async def found_in(dsn: str, *needles: bytes) -> list[str]:
    """`schema.table needle` for each table of which any column of any row holds a needle, as text in whatever case or as
    bytes. `dsn` of a superuser, from whom row-level security hides nothing."""
    connection = await asyncpg.connect(dsn)
    found = []
    try:
        tables = await connection.fetch(
            """select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
               where c.relkind in ('r', 'p', 'm') and n.nspname not in ('pg_catalog', 'information_schema')"""
        )
        for schema, table in tables:
            for needle in needles:
                as_text = needle.decode(errors="ignore")
                if await connection.fetchval(
                    f"""select exists (select from "{schema}"."{table}" as t
                        where strpos(lower(t::text), lower($1)) > 0 or strpos(t::text, $2) > 0)""",
                    as_text if as_text.encode() == needle else needle.hex(),
                    needle.hex(),
                ):
                    found.append(f"{schema}.{table} {as_text if as_text.isprintable() else needle.hex()}")
    finally:
        await connection.close()
    return found

"""How Alembic reaches the catalog: over the connection that the journal hands it."""

from alembic import context

from medai_desktop.catalog.schema import metadata

if hasattr(context, "config"):
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()

"""Alembic's entry: it runs on the connection that `upgrade` hands over."""

from alembic import context

from dojang.adapters.database.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

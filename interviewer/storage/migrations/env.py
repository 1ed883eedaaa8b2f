"""Runs the migrations on the connection that ``database.upgrade`` hands in."""

from alembic import context

from interviewer.storage.database import metadata

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    # Several servers may start at once: the second one waits here, until the first one's transaction ends.
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7241946)")
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

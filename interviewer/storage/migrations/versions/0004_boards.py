"""Boards: the drawing that stands on an interview's whiteboard, kept as it is drawn."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "boards",
        sa.Column("interview", sa.String(32), sa.ForeignKey("interviews.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("saved", sa.Float, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )

"""People, interviews, turns, reports."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner", sa.String(200), nullable=False, unique=True),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_table(
        "interviews",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("person", sa.Integer, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("case", sa.String(200), nullable=False),
        sa.Column("level", sa.String(20), nullable=False),
        sa.Column("minutes", sa.Float, nullable=False),
        sa.Column("manner", sa.String(20), nullable=False),
        sa.Column("mode", sa.String(60), nullable=False),
        sa.Column("parent", sa.String(32), sa.ForeignKey("interviews.id", ondelete="SET NULL"), nullable=True),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("ended", sa.Float, nullable=True),
        sa.Column("elapsed", sa.Float, nullable=False),
        sa.Column("seen", sa.Float, nullable=False),
        sa.Column("consent", sa.Text, nullable=False),
        sa.Column("extra", sa.Text, nullable=False),
    )
    op.create_table(
        "turns",
        sa.Column("interview", sa.String(32), sa.ForeignKey("interviews.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(64), nullable=True),
        sa.Column("data", sa.Text, nullable=False),
        sa.UniqueConstraint("interview", "key", name="one_turn_per_key"),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "interview", sa.String(32), sa.ForeignKey("interviews.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("level", sa.String(20), nullable=False),
        sa.Column("turns", sa.Integer, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )

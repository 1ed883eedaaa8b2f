"""Sign-ins: whoever signed in at one server is known to every other one and after a restart."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("user", sa.String(200), nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )

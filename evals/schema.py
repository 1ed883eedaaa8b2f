"""The published JSON schema of transcripts; ``evals/transcript.schema.json`` is kept true by a test."""

import json
from pathlib import Path

from interviewer.transcript import Transcript

FILE = Path(__file__).parent / "transcript.schema.json"


def schema_text() -> str:
    """The schema as JSON text, generated from the code that reads transcripts."""
    schema = Transcript.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Interview transcript"
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema_text(), encoding="utf-8")

"""What surrounds an interview: the terminal, retakes, a stronger answer, sharing a transcript for the evals."""

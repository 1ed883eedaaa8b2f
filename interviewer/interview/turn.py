"""The turn loop: a transcript in, the interviewer's next turn out."""

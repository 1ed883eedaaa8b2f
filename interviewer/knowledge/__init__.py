"""Cases and notes: read, validate, index, retrieve."""

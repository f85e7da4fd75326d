"""Companies with more passages than a process should hold: PostgreSQL finds what may answer, by an index over each company's own."""

"""Sound of sessions, for learners who want it kept: docs/operate.md."""

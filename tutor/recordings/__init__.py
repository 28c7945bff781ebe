"""Sound of sessions, for learners who want it kept: docs/decisions/0016-recordings.md."""

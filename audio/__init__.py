"""Sound and speech: PCM, voice activity, ears and mouths. Knows nothing of tutoring, the web or the database."""

"""The companion's mind: any OpenAI-compatible model, or the built-in lesson tutor."""

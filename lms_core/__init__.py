"""The domain as plain dataclasses and rules: no SQL, no HTTP, no clock, no asyncio."""

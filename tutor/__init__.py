"""The server: conversation, mind, doors, API, pages."""

"""What each page shows: one module a part of the panel, one function a page."""

"""REST: resources under /api/v1, one envelope for data and one for errors."""

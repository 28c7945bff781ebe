"""Courses as files: Viva's own archive out and in, Common Cartridges in."""

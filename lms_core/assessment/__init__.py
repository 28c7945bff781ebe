"""Quiz items, and what counts as a right answer to them, typed or spoken."""

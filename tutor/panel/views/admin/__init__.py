"""What admins see of the whole Viva."""

"""Work that goes on after its request and survives the server: what a kind of it does, and who sees to it."""

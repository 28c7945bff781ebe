"""The conversation core: who holds the floor, what was said and heard, how the time is spent. Knows no door."""

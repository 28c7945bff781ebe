"""What keeps learners coming back: experience points, levels, streaks, achievements, the leaderboard."""

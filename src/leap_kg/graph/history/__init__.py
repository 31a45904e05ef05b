"""What follows the log for the sake of the past: timeline, store of changes, past states, and making it all anew."""

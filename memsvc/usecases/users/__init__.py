"""What concerns a user as a whole: forgetting, handing over, taking in."""

"""Access tokens: how one is had, what it is worth, when it ends."""

"""What an org knows of its objects and fields."""

"""Reading, checking and saving records."""

"""The formula language of validation rules."""

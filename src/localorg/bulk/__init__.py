"""Bulk API 2.0: many records in and out as CSV, by jobs that run beside the requests."""

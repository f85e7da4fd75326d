"""A Salesforce-compatible org on one's own machine: one SQLite file an org, spoken to over HTTP only."""

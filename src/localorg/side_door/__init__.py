"""What Salesforce does not have: the tests' switches, and pages on which a person looks into the org."""

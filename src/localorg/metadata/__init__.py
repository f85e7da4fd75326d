"""What is deployed into an org and comes back out of it: classes, objects, flows and the rest, as files."""

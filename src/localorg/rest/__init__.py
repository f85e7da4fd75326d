"""The REST API's resources, one module each."""

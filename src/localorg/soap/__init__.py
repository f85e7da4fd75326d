"""The SOAP APIs: signing in (partner, enterprise), metadata, and an honest refusal of Apex."""

"""A company's past, made up from a document: accounts, contacts, and the cases they wrote until the org was made."""

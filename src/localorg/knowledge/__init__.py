"""Lightning Knowledge: articles, their versions and languages, and who sees which by data category."""

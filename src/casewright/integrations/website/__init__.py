"""A company's own pages, as anybody may read them: found by its sitemap, fetched as its robots.txt asks."""

"""Where articles come from, and where they go: files, websites, an org; out again as Markdown."""

"""What articles, products, error codes, procedures and cases have to do with each other."""

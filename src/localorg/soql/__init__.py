"""SOQL: text → syntax tree → SQL → records."""

"""Casewright: an AI customer service agent for Salesforce that works without an LLM."""

__version__ = "0.1.0"

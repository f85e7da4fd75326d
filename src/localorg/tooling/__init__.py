"""The Tooling API: Apex classes and triggers as records. They are kept, not compiled."""

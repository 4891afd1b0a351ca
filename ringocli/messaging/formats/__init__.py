"""Output formats for requests, webhooks, deliveries, verdicts and proofs."""

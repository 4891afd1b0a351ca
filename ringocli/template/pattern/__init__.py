"""The pattern language: strings with $variables$, rendered to requests and matched against webhooks."""

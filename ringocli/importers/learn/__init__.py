"""Learns the parts of a template from requests, replies and webhooks."""

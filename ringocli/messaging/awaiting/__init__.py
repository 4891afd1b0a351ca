"""Waiting for the webhooks that belong to a message that was sent: its receipt, and the contact's reply."""

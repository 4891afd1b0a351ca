"""What happens to a message? Requests, webhooks, delivery, receipts, the handset, chaos, segments, proof."""

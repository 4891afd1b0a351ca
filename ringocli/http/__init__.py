"""What goes over the wire? Exchanges, bodies, URLs, the transport, retries, error texts of providers."""

"""A local Ringotel, a local provider and a handset, driven by a template alone.

``ringocli emulate`` serves it; ``ringocli.testing.emulator`` runs it inside a test. ``runtime`` wires the parts together,
``app`` is the ASGI application, ``store`` the record of exchanges; what either side makes of a request is decided by
the pure functions of ``ringocli.messaging``.
"""

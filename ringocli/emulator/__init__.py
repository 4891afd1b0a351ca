"""A local Ringotel, a local provider and a handset, driven by a template alone.

``ringocli emulate`` serves it; ``ringocli.testing.emulator`` runs it inside a test. ``runtime`` wires the parts
together, ``app`` is the ASGI application, ``store`` the record of exchanges; the pure functions of
``ringocli.messaging`` decide what either side does with a request.
"""

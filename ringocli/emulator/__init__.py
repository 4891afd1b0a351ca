"""A Ringotel, a provider and a handset on this machine, driven by nothing but a template.

``ringocli emulate`` serves it; ``ringocli.testing.emulator`` does so inside a test. ``runtime`` puts the sides together,
``app`` is the door, ``store`` the memory; what a side does with a request is decided by the pure sections of the engine.
"""

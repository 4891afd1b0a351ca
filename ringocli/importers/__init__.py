"""Turns what a provider's documentation shows (curl, OpenAPI, Postman, HAR, samples) into a draft of a template.

Pasted text is read, never run: nothing is expanded from the environment, no command is executed, and a file that the
paste names is opened only below a folder that the user allowed.
"""

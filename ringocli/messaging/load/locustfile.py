"""The text of a locustfile; it does not import Locust, which would replace the standard library's sockets."""

from __future__ import annotations


def locustfile_text(template: str, events: tuple[str, ...], seed: int) -> str:
    """The text of a locustfile for a template."""
    return f'''"""Load for {template}, distributed by Locust.

On one machine:
    locust --headless -u 50 -r 50 -t 60s --stop-timeout 10 --host URL

On several (one master, any number of workers; this file and the template on each of them):
    locust --master --expect-workers 2 --headless -u 100 -r 100 -t 60s --stop-timeout 10 --host URL
    locust --worker --master-host ADDRESS
"""

from ringocli.testing.locust import TemplateUser


class EventUser(TemplateUser):
    template = {template!r}
    events = {events!r}
    seed = {seed}
'''

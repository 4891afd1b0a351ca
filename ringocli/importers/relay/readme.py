"""The README of a relay's folder."""

from __future__ import annotations

from ringocli.importers.relay.spec import RelaySpec
from ringocli.messaging.export.server_files import variable_name

RELAY_URL = "https://relay.example.com"


def readme(spec: RelaySpec, language: str) -> str:
    """How to start, connect and test the relay; what is left to do comes first."""
    python = language == "python"
    start = (
        "python -m venv .venv\n.venv/bin/pip install -r requirements.txt\nset -a; . ./.env; set +a\n.venv/bin/python app.py"
        if python
        else "set -a; . ./.env; set +a\nPHP_CLI_SERVER_WORKERS=4 php -S ${HOST:-127.0.0.1}:${PORT:-8080} index.php"
    )
    test = "python -m unittest test_app.py" if python else "php test.php"
    fields = "\n".join(f"| `{variable_name(name)}` | {name}, of {spec.name} |" for name in spec.properties)
    secret = "| `WEBHOOK_SECRET` | the secret, public key or token with which the provider signs its webhooks |\n"
    todo = "".join(f"\n* {text}" for text in spec.todo)
    notes = "".join(f"\n* {text}" for text in spec.notes)
    signing = "| `SIGNING_SECRET` | the secret with which requests are signed |\n" if spec.recipe is not None else ""
    work = (
        ""
        if python
        else "\nBehind another server than `php -S`, keep `php index.php work` running: it delivers what is waiting.\n"
    )
    return f"""# Relay for {spec.name}
{"" if not todo else chr(10) + "**Not finished.** Left to do:" + chr(10) + todo + chr(10)}
Ringotel sends its generic requests here; the relay calls {spec.name} as its documentation shows. {spec.name} delivers
its webhooks here; the relay stores each, acknowledges it, and delivers it to Ringotel until Ringotel acknowledges it,
also after a restart.

## Start

Copy `.env.example` to `.env` and fill it in.

```sh
{start}
```
{work}
| setting | is |
|---|---|
{fields}
{signing}{secret if "signature" in spec.provider else ""}| `RELAY_TOKEN` | the token that Ringotel has to send; choose a long random one, and enter it as "Relay token" in the portal |
| `RINGOTEL_WEBHOOK_URL` | the Webhook URL from Ringotel's portal |
| `PROVIDER_URL` | replaces the provider's scheme, host and port, for tests |
| `PUBLIC_URL` | the relay's own URL from outside, for callbacks and signatures over the URL |
| `WEBHOOK_REPLY` | the body that the provider expects as the answer to a webhook; an empty 200 by default |
| `HOST`, `PORT`, `STATE_FILE` | where it listens, and the file with message ids and undelivered events |

## Connect

1. Put the relay behind https, and its URL into `template.json` instead of `{RELAY_URL}`.
2. Mail `template.json` to Ringotel's support (`ringocli bundle template.json`). In the portal, the number format is
   E.164.
3. Enter `https://YOUR-RELAY/webhook` in {spec.name}'s console.

`GET /healthz` says whether it runs and how many events wait. Logs contain no message and no credential.

## Test

```sh
{test}
```
{"" if not notes else chr(10) + "## Notes" + chr(10) + notes + chr(10)}"""

"""The README of a relay's folder."""

from __future__ import annotations

from ringocli.importers.relay.spec import RelaySpec
from ringocli.messaging.export.server_files import COMMANDS, variable_name

RELAY_URL = "https://relay.example.com"


def readme(spec: RelaySpec, language: str) -> str:
    """How to start, connect and test the relay; what is left to do comes first."""
    commands = COMMANDS[language]
    fields = "\n".join(f"| `{variable_name(name)}` | {name}, of {spec.name} |" for name in spec.properties)
    secret = "| `WEBHOOK_SECRET` | the secret, public key or token with which the provider signs its webhooks |\n"
    todo = "".join(f"\n* {text}" for text in spec.todo)
    notes = "".join(f"\n* {text}" for text in spec.notes)
    signing = "| `SIGNING_SECRET` | the secret with which requests are signed |\n" if spec.recipe is not None else ""
    return f"""# Relay for {spec.name}
{"" if not todo else chr(10) + "**Not finished.** Still to do:" + chr(10) + todo + chr(10)}
Ringotel sends its generic requests to the relay, which calls {spec.name} as {spec.name}'s documentation shows.
{spec.name} sends its webhooks to the relay, which stores and acknowledges each one. It then delivers them to Ringotel,
and retries until Ringotel accepts them, even after a restart.

## Start

Copy `.env.example` to `.env` and fill it in.

```sh
{commands.start}
```
{commands.worker}
| setting | meaning |
|---|---|
{fields}
{signing}{secret if "signature" in spec.provider else ""}| `RELAY_TOKEN` | the token that Ringotel has to send; choose a long random one, and enter it as "Relay token" in the portal |
| `RINGOTEL_WEBHOOK_URL` | the Webhook URL from Ringotel's portal |
| `PROVIDER_URL` | replaces the provider's scheme, host and port, for tests |
| `PUBLIC_URL` | the relay's public URL, for callbacks and for signatures that cover the URL |
| `WEBHOOK_REPLY` | the response body that the provider expects for a webhook; empty by default |
| `HOST`, `PORT`, `STATE_FILE` | the address to listen on, and the file for message ids and undelivered events |

## Connect

1. Put the relay behind https, and its URL into `template.json` instead of `{RELAY_URL}`.
2. Mail `template.json` to Ringotel's support (`ringocli bundle template.json`). Set the number
   format to E.164 in the portal.
3. Enter `https://YOUR-RELAY/webhook` in {spec.name}'s console.

`GET /healthz` returns whether the relay runs and how many events are waiting. Logs contain no message texts and no
credentials.

## Test

```sh
{commands.test}
```
{"" if not notes else chr(10) + "## Notes" + chr(10) + notes + chr(10)}"""

"""The rules: their examples, a table of mistakes with positions and fixes, and templates that are correct."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringocli.cli.validate.against import earlier_of
from ringocli.lint.engine import Selection, lint
from ringocli.lint.explain import rule_markdown
from ringocli.lint.finding import Finding
from ringocli.lint.fixing import fixed_text
from ringocli.lint.registry import rules
from ringocli.lint.rule import Rule, Severity
from ringocli.lint.rule_doc import Excerpt
from ringocli.lint.subject import Earlier
from ringocli.template.reader import read_template
from ringocli.template.schema import SCHEMA, shape_errors
from ringocli.text.document import Document
from tests.conftest import ROOT
from tests.lint.examples import GOOD, completed, is_whole, line_in, members


def merged(target: Any, patch: Any) -> Any:
    """A JSON merge patch applied (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def findings(text: str, **selection: Any) -> tuple[Finding, ...]:
    """The findings in a text."""
    return lint(Document.read("x.json", text), Selection(**selection))


def found_in(rule: Rule, excerpt: Excerpt) -> tuple[Finding, ...]:
    """The findings in a completed example; for a rule about JSON itself the example is the whole text."""
    text = excerpt.text if rule.code.startswith("RT0") else completed(excerpt)
    earlier = rule.doc.earlier
    document = Document.read("x.json", text)
    before = earlier_of(json.loads(completed(earlier)), document.value) if earlier is not None else Earlier()
    same_id = ("other.json",) if rule.doc.other and members(rule.doc.other)["id"] in excerpt.text.split('"') else ()
    return lint(document, earlier=before, same_id=same_id)


def lines_of(rule: Rule, excerpt: Excerpt) -> set[int]:
    """The lines of an example at which its rule reports findings."""
    found = [one for one in found_in(rule, excerpt) if one.code == rule.code]
    if rule.code.startswith("RT0"):
        return {one.range.start.line for one in found}
    return {line_in(excerpt, one.pointer, one.problem.part) for one in found}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.slug)
def test_a_bad_example_has_its_finding_at_the_marked_lines(rule: Rule) -> None:
    """The rule reports exactly the marked lines of its bad example, and no other rule reports an error there."""
    assert rule.doc.bad is not None
    assert set(rule.doc.bad.marked) == lines_of(rule, rule.doc.bad)
    others = [one for one in found_in(rule, rule.doc.bad) if one.code != rule.code and one.severity is Severity.ERROR]
    if rule.code.startswith("RT0"):
        others = [one for one in others if one.code.startswith("RT0")]
    assert [] == [(one.code, one.message) for one in others]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.slug)
def test_a_good_example_has_no_finding_of_its_rule(rule: Rule) -> None:
    """The good example is the corrected bad one: it differs, and has no error and no finding of the rule."""
    assert rule.doc.good is not None
    assert rule.doc.bad is not None
    assert rule.doc.good.text != rule.doc.bad.text
    assert () == rule.doc.good.marked
    found = found_in(rule, rule.doc.good)
    if rule.code.startswith("RT0"):
        found = tuple(one for one in found if one.code.startswith("RT0"))
    assert [] == [(one.code, one.message) for one in found if one.code == rule.code or one.severity is Severity.ERROR]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.slug)
def test_examples_are_excerpts_that_a_person_can_read(rule: Rule) -> None:
    """No example is an empty object or a patch; it fits 112 columns, and the page shows the mark."""
    for excerpt in (rule.doc.bad, rule.doc.good):
        assert excerpt is not None
        assert excerpt.text.strip() not in ("{}", "[]")
        assert all(len(line) <= 112 for line in excerpt.text.split("\n"))
        if not rule.code.startswith("RT0") and not is_whole(excerpt):
            assert members(excerpt)
    assert "\n>" in rule_markdown(rule)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.slug)
def test_a_rule_has_a_title_and_a_code(rule: Rule) -> None:
    """The title is a sentence; the code has the form of its family."""
    assert rule.doc.title.endswith(".")
    assert len(rule.code) == 5
    assert rule.code.startswith("RT")


def test_no_code_and_no_slug_is_used_twice() -> None:
    """Codes and slugs are unique."""
    codes, slugs = [rule.code for rule in rules()], [rule.slug for rule in rules()]
    assert len(codes) >= 25
    assert (len(codes), len(slugs)) == (len(set(codes)), len(set(slugs)))


def broken(old: str, new: str) -> str:
    """The good template with one piece of its text replaced."""
    text = json.dumps(GOOD, indent=2)
    assert old in text
    return text.replace(old, new, 1)


MISTAKES: dict[str, tuple[str, str, str, str | None]] = {
    # what was done: text, code, what the range covers, suggestion
    "variable mistyped": (broken('"$to$"', '"$ot$"'), "RT401", '"$ot$"', "$to$"),
    "variable by another word": (broken('"$to$"', '"$recipient$"'), "RT401", '"$recipient$"', "$to$"),
    "variable by a provider's word": (broken('"$to$"', '"$rcpt$"'), "RT401", '"$rcpt$"', "$to$"),
    "variable by a word of SMPP": (broken('"$to$"', '"$destination_addr$"'), "RT401", '"$destination_addr$"', "$to$"),
    "another word mistyped": (broken('"$to$"', '"$recipent$"'), "RT401", '"$recipent$"', "$to$"),
    "sender for from": (broken('"$from$"', '"$sender$"'), "RT401", '"$sender$"', "$from$"),
    "body for content": (broken('"$content$"', '"$body$"'), "RT401", '"$body$"', "$content$"),
    "variable in capitals": (broken('"$from$"', '"$From$"'), "RT401", '"$From$"', "$from$"),
    "property in other case": (broken('"token": "$API key$"', '"token": "$API Key$"'), "RT401", '"$API Key$"', "$API key$"),
    "form for from": (broken('"$from$"', '"$form$"'), "RT401", '"$form$"', "$from$"),
    "message id mistyped": (broken('"$messageid$"', '"$message_id$"'), "RT401", '"$message_id$"', "$messageid$"),
    "undeclared property": (broken('"token": "$API key$"', '"token": "$Access Token$"').replace('"API key"', "", 1),
                            "RT402", '"$Access Token$"', "Access Token"),
    "url in SendFile": (broken('"media": "$content$"', '"media": "$url$"'), "RT403", '"$url$"', "$content$"),
    "text in SendMessage": (broken('"$content$"', '"$text$"'), "RT403", '"$text$"', "$content$"),
    "messageid in SendMessage": (broken('"text": "$content$"', '"text": "$content$", "id": "$messageid$"'), "RT403",
                                 '"$messageid$"', None),
    "extension in Webhook": (broken('"type": "$event_key$",\n        "from"', '"x": "$extension$", "type": "$event_key$", "from"'),
                             "RT403", '"$extension$"', None),
    "content in mms": (broken('"url": "$url$"', '"url": "$content$"'), "RT404", '"$content$"', "$url$"),
    "double braces": (broken('"$to$"', '"{{to}}"'), "RT409", '"{{to}}"', "$to$"),
    "dollar braces": (broken('"$to$"', '"${to}"'), "RT409", '"${to}"', "$to$"),
    "lost dollar": (broken('"$to$"', '"$to"'), "RT410", '"$to"', "$to$"),
    "lost first dollar": (broken('"$to$"', '"to$"'), "RT410", '"to$"', "$to$"),
    "zero-width space": (broken('"$to$"', '"$\u200bto$"'), "RT411", '"$\u200bto$"', "$to$"),
    "unused property": (broken('"API key"\n', '"API key", "Region"\n'), "RT405", '"Region"', None),
    "property named to": (broken('"API key"\n', '"API key", "to"\n'), "RT406", '"to"', None),
    "method mistyped": (broken('"POST"', '"PSOT"'), "RT210", '"PSOT"', "POST"),
    "content type mistyped": (broken('"application/json"', '"aplication/json"'), "RT212", '"aplication/json"', "application/json"),
    "content type short": (broken('"application/json"', '"json"'), "RT212", '"json"', "application/json"),
    "multipart": (broken('"application/json"', '"multipart/form-data"'), "RT212", '"multipart/form-data"', None),
    "charset": (broken('"application/json"', '"application/json; charset=ISO-8859-1"'), "RT212",
                '"application/json; charset=ISO-8859-1"', None),
    "short password": (broken('"text": "$content$"', '"text": "$content$", "password": "letmein"'), "RT502", '"letmein"', "$API key$"),
    "placeholder of ERB": (broken('"$to$"', '"<%= to %>"'), "RT409", '"<%= to %>"', "$to$"),
    "placeholder in two brackets": (broken('"$to$"', '"[[to]]"'), "RT409", '"[[to]]"', "$to$"),
    "method empty": (broken('"request_method": "POST"', '"request_method": ""'), "RT210", '""', "POST"),
    "content type empty": (broken('"application/json"', '""'), "RT211", '""', "application/json"),
    "label of the host empty": (broken("https://sms.", "https://sms.."), "RT219", '"https://sms..acme.example/v1/messages"', None),
    "event type mistyped": (broken('"messageDelivered"', '"messagedelivered"'), "RT302", '"messagedelivered"', "messageDelivered"),
    "event type delivered": (broken('"event_type": "messageDelivered"', '"event_type": "delivered"'), "RT302", '"delivered"', "messageDelivered"),
    "event type failed": (broken('"messageDelivered"', '"failed"'), "RT302", '"failed"', None),
    "key mistyped": (broken('"request_url"', '"reqest_url"'), "RT104", '"reqest_url"', "request_url"),
    "key of another API": (broken('"response_map"', '"responseMap"'), "RT104", '"responseMap"', "response_map"),
    "API in lower case": (broken('"API"', '"api"'), "RT103", '"api"', "API"),
    "webhook in lower case": (broken('"Webhook"', '"webhook"'), "RT103", '"webhook"', "Webhook"),
    "headers": (broken('"request_method"', '"request_headers": {"X-Key": "$API key$"}, "request_method"'), "RT105",
                '"request_headers"', None),
    "method of API mistyped": (broken('"SendFile"', '"SendFiles"'), "RT218", '"SendFiles"', "SendFile"),
    "auth type in lower case": (broken('"Bearer"', '"bearer"'), "RT203", '"bearer"', "Bearer"),
    "auth type key": (broken('"Bearer"', '"ApiKey"'), "RT203", '"ApiKey"', None),
    "token missing": (broken(',\n    "token": "$API key$"', ""), "RT204", '"auth"', "token"),
    "class in capitals": (broken('"sms"', '"SMS"'), "RT110", '"SMS"', "sms"),
    "class crm": (broken('"sms"', '"crm"'), "RT110", '"crm"', "sms"),
    "reserved id": (broken('"acme"', '"Telnyx"'), "RT111", '"Telnyx"', "Telnyx-custom"),
    "id with spaces": (broken('"acme"', '"my sms"'), "RT112", '"my sms"', "my-sms"),
    "http": (broken('"https://sms', '"http://sms'), "RT501", '"http://sms.acme.example/v1/messages"',
             "https://sms.acme.example/v1/messages"),
    "literal token": (broken('"$API key$"', '"abcdef0123456789"'), "RT502", '"abcdef0123456789"', "$API key$"),
    "password in the URL": (broken('https://sms.', 'https://user:s3cr3tpw@sms.'), "RT502",
                            '"https://user:s3cr3tpw@sms.acme.example/v1/messages"', "$API key$"),
    "key in the URL": (broken('/messages"', '/messages?api_key=a1b2c3d4e5f6"'), "RT502",
                       '"https://sms.acme.example/v1/messages?api_key=a1b2c3d4e5f6"', "$API key$"),
    "key in body": (broken('"text": "$content$"', '"text": "$content$", "api_key": "a1b2c3d4e5f6"'), "RT502",
                    '"a1b2c3d4e5f6"', "$API key$"),
    "private host": (broken("https://sms.acme.example", "https://10.0.0.5"), "RT503", '"https://10.0.0.5/v1/messages"', None),
    "relative URL": (broken("https://sms.acme.example/v1", "/v1"), "RT219", '"/v1/messages"', None),
    "URL without a scheme": (broken("https://sms.acme", "sms.acme"), "RT219", '"sms.acme.example/v1/messages"',
                               "https://sms.acme.example/v1/messages"),
    "nested form": (broken("application/json", "application/x-www-form-urlencoded").replace(
        '"to": "$to$"', '"to": {"number": "$to$"}', 1), "RT213", '{"number": "$to$"}', None),
    "mms without url": (broken(',\n        "url": "$url$"', ""), "RT304", '"request_parameters"', "$url$"),
    "receipt of both kinds": (broken('"delivered"', '"message.finalized"'), "RT306", '"message.finalized"', None),
    "receipt without anything": (broken('"type": "$event_key$",\n        "id"', '"id"'), "RT306", '"request_parameters"', None),
    "no event key": (broken('"event_key": "message",\n', ""), "RT305", "{", "event_key"),
    "content never sent": (broken('"text": "$content$"', '"text": "Hi"'), "RT220", '"request_parameters"', "$content$"),
    "left over": (broken('"Acme SMS"', '"YourService"'), "RT701", '"YourService"', None),
    "left-over host": (broken("sms.acme.example/v1", "api.example.com"), "RT701", '"https://api.example.com/messages"', None),
    "trailing comma": (broken('"$API key$"\n', '"$API key$",\n'), "RT001", ",", None),
    "comment": (broken('"acme",', '"acme", // model'), "RT002", "// model", None),
    "curly quotes": (broken('"id"', "“id”"), "RT003", "“id”", None),
    "lost quote": (broken('"id": "acme",', '"id": "acme,'), "RT005", '"acme', '"'),
    "lost comma": (broken('"id": "acme",', '"id": "acme"'), "RT008", '"\n  "', ","),
    "method in small letters": (broken('"POST"', '"Post"'), "RT224", '"Post"', "POST"),
    "method by another word": (broken('"POST"', '"SUBMIT"'), "RT210", '"SUBMIT"', "POST"),
    "short variable mistyped": (broken('"$to$"', '"$tp$"'), "RT401", '"$tp$"', "$to$"),
    "two letters wrong": (broken('"$content$"', '"$conetnt1$"'), "RT401", '"$conetnt1$"', "$content$"),
    "both dollars lost": (broken('"$to$"', '"to"'), "RT410", '"to"', "$to$"),
    "one dollar too many": (broken('"$to$"', '"$to$$"'), "RT413", '"$to$$"', "$to$"),
    "no-break space": (broken('"token": "$API key$"', '"token": "$API\u00a0key$"'), "RT411", '"$API\u00a0key$"', "$API key$"),
    "colon name": (broken('"$to$"', '":to"'), "RT409", '":to"', "$to$"),
    "round brackets": (broken('"$to$"', '"$(to)"'), "RT409", '"$(to)"', "$to$"),
    "square brackets": (broken('"$to$"', '"[to]"'), "RT409", '"[to]"', "$to$"),
    "content type form": (broken('"application/json"', '"application/form"'), "RT212", '"application/form"',
                          "application/x-www-form-urlencoded"),
    "vendor type mistyped": (broken('"application/json"', '"application/nd.api+json"'), "RT212",
                             '"application/nd.api+json"', "application/vnd.api+json"),
    "event type msg": (broken('"event_type": "message"', '"event_type": "msg"'), "RT302", '"msg"', "message"),
    "four letters, one wrong": (broken('"name"', '"nane"'), "RT104", '"nane"', "name"),
    "auth far off": (broken('"auth"', '"zuath"'), "RT104", '"zuath"', "auth"),
    "scheme without slashes": (broken("https://sms.", "https:sms."), "RT219", '"https:sms.acme.example/v1/messages"',
                               "https://sms.acme.example/v1/messages"),
    "scheme mistyped": (broken("https://sms.", "htps;//sms."), "RT219", '"htps;//sms.acme.example/v1/messages"',
                        "https://sms.acme.example/v1/messages"),
    "query in a text": (broken('"text": "$content$"', '"text": "$content$", "raw": "to=$to$&text=$content$"'), "RT222",
                        '"to=$to$&text=$content$"', None),
    "token in a path": (broken("/v1/messages", "/v1/q83vEjRWeJCrze8SNFZ4kKvN7xI0/messages"), "RT506",
                        '"https://sms.acme.example/v1/q83vEjRWeJCrze8SNFZ4kKvN7xI0/messages"', None),
    "token behind its scheme": (broken('"text": "$content$"', '"text": "$content$", "h": "App 003026bbc133714df1834b86"'), "RT502",
                          '"App 003026bbc133714df1834b86"', "$API key$"),
    "short token in parentheses": (broken('"text": "$content$"', '"text": "$content$", "h": "(Basic abcdefgh"'), "RT502",
                          '"(Basic abcdefgh"', "$API key$"),
    "bare quotes": (broken('"Acme SMS"', '"The "Acme" SMS"'), "RT021", '"Acme"', None),
    "HTML quotes": (broken('"Acme SMS"', "&quot;Acme SMS&quot;"), "RT022", "&quot;Acme SMS&quot;", None),
    "quotes of a string": (broken('"Acme SMS"', '\\"Acme SMS\\"'), "RT022", '\\"Acme SMS\\"', None),
    "dots": (broken('"class"', '...\n  "class"'), "RT023", "...", None),
    "fence": ("```json\n" + json.dumps(GOOD, indent=2), "RT018", "```json", None),
    "assignment": ("const template = " + json.dumps(GOOD, indent=2), "RT018", "const template =", None),
    "opening brace lost": (json.dumps(GOOD, indent=2)[1:].lstrip(), "RT024", '"', "{"),
    "opening quote lost": (broken('"Acme SMS"', 'Acme SMS"'), "RT005", 'Acme SMS"', '"'),
    "line numbers": ("\n".join(f"{n} {line}" for n, line in enumerate(json.dumps(GOOD, indent=2).split("\n"), 1)),
                     "RT018", "1 ", None),
    "duplicate key": (broken('"id": "acme",', '"id": "acme", "id": "acme2",'), "RT006", '"id"', None),
}  # fmt: skip


@pytest.mark.parametrize(("text", "code", "covered", "suggestion"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_found_at_its_position_with_its_fix(
    text: str, code: str, covered: str, suggestion: str | None
) -> None:
    """One mistake gives one finding above info, whose range covers the mistake and whose suggestion is right."""
    found = [finding for finding in findings(text) if finding.severity is not Severity.INFO]
    assert [code] == [finding.code for finding in found], [(f.code, f.message) for f in found]
    (finding,) = found
    assert covered == text[slice(*finding.offsets)]
    assert suggestion == finding.suggestion


CORRECT: dict[str, Any] = {
    "dollars in text": {"API": {"SendMessage": {"request_parameters": {
        "from": "$from$", "to": "$to$", "text": "$content$", "note": "costs $5 or $6, US$"}}}},
    "form": {"API": {"SendMessage": {"request_content_type": "application/x-www-form-urlencoded"}}},
    "form list": {"API": {"SendMessage": {"request_content_type": "application/x-www-form-urlencoded",
                  "request_parameters": {"From": "$from$", "To": ["$to$"], "Body": "$content$"}}}},
    "charset": {"API": {"SendMessage": {"request_content_type": "application/json; charset=utf-8"}}},
    "vendor JSON": {"API": {"SendMessage": {"request_content_type": "application/vnd.api+json"}}},
    "literals": {"API": {"SendMessage": {"request_parameters": {
        "from": "$from$", "to": "$to$", "text": "$content$", "flash": False, "ttl": 3600, "x": None, "type": "sms"}}}},
    "property in the URL": {"API": {"SendMessage": {"request_url": "https://sms.acme.example/$API key$/messages"}}},
    "base URL": {"properties": ["API key", "Base URL"], "API": {
        "SendMessage": {"request_url": "$Base URL$/messages"}, "SendFile": {"request_url": "$Base URL$/messages"}}},
    "subdomain": {"properties": ["API key", "Space"], "API": {
        "SendMessage": {"request_url": "https://$Space$.acme.example/messages"}}},
    "basic": {"properties": ["SID", "Secret"], "auth": {
        "type": "Basic", "username": "$SID$", "password": "$Secret$", "token": None}},
    "key in body instead of auth": {"auth": None, "API": {
        "SendMessage": {"request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$", "api_key": "$API key$"}},
        "SendFile": {"request_parameters": {"from": "$from$", "to": "$to$", "url": "$content$", "api_key": "$API key$"}}}},
    "OAuth2": {"auth": None, "properties": ["Client ID", "Client Secret"], "OAuth2": {
        "client_id": "$Client ID$", "client_secret": "$Client Secret$", "flow_type": {"default": "0"},
        "authorization_endpoint": "https://login.acme.example/authorize",
        "authorization_parameters": {"default": "scope=api%20refresh_token"},
        "token_endpoint": "https://login.acme.example/token",
        "token_parameters": {"content_type": "application/x-www-form-urlencoded;charset=utf-8"},
        "request_auth": "Bearer"}},
    "GET": {"API": {"SendMessage": {"request_method": "GET"}}},
    "identifiers": {"API": {"SendMessage": {"request_parameters": {
        "from": "$from$", "to": "$to$", "text": "$content$",
        "messaging_profile_id": "740572b6-099c-44a1-89b9-6c92163bc68d", "applicationId": "app-42"}}}},
    "other hosts named example": {"API": {"SendMessage": {"request_url": "https://sms.example.org/send"}}},
    "receipt by status": {"Webhook": [*GOOD["Webhook"][:2], {
        "event_key": "DELIVRD", "event_type": "messageDelivered", "request_method": "POST",
        "request_parameters": {"status": "$event_key$", "id": "$messageid$"}}]},
    "receipt by boolean": {"Webhook": [*GOOD["Webhook"][:2], {
        "event_key": "true", "event_type": "messageDelivered", "request_method": "POST",
        "request_parameters": {"deliveryReceipt": "$event_key$", "delivered": True, "id": "$messageid$"}}]},
    "by shape": {"Webhook": [
        {"event_key": "message", "event_type": "message", "request_method": "POST",
         "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"}},
        {"event_key": "mms", "event_type": "mms", "request_method": "POST",
         "request_parameters": {"from": "$from$", "to": "$to$", "text": "$text$", "media": ["$url$"]}}]},
    "prices": {"API": {"SendMessage": {"request_parameters": {
        "from": "$from$", "to": "$to$", "text": "$content$", "a": "$5", "b": "US$ 5 ($2 off)", "c": "$$$", "d": "win $1,000$!"}}}},
    "texts like placeholders": {"API": {"SendMessage": {"request_parameters": {
        "from": "$from$", "to": "$to$", "text": "$content$", "a": "<none>", "b": "[x]", "c": "100%", "d": "@acme", "e": "{}",
        "type": "text", "kind": "message", "reply_to": "$from$"}}}},
    "account in the path": {"API": {"SendMessage": {
        "request_url": "https://acme.example/v1/740572b6-099c-44a1-89b9-6c92163bc68d/messages"}}},
    "plus and percent in a query": {"API": {"SendMessage": {
        "request_url": "https://sms.acme.example/send?note=a+b&rate=5%25&scope=sms+mms"}}},
    "other vendor types": {"API": {"SendMessage": {"request_content_type": "application/hal+json"}}},
    "numbered keys": {"API": {"SendMessage": {"request_content_type": "application/x-www-form-urlencoded",
                      "request_parameters": {"0": "$from$", "to[0]": "$to$", "text": "$content$", "flash": 0}}}},
    "nested reply": {"API": {"SendMessage": {"response_map": {"messages": [{"id": "$messageid$", "status": "ok"}]}}}},
    "colons in the URL": {"API": {"SendMessage": {"request_url": "https://acme.example:8443/v1/messages:send"}}},
    "several messages": {"Webhook": [*GOOD["Webhook"], {**GOOD["Webhook"][0], "event_key": "mo"}]},
    "text only": {"API": {"SendFile": None}},
    "international names": {"name": "Größte SMS – 日本", "properties": ["Clé API"], "auth": {"token": "$Clé API$"}},
}  # fmt: skip


@pytest.mark.parametrize("patch", CORRECT.values(), ids=CORRECT)
def test_correct_templates_have_no_error_and_at_most_one_warning(patch: Any) -> None:
    """Unusual but valid templates have no error and at most one kind of warning."""
    found = findings(json.dumps(merged(GOOD, patch)))
    assert not [(f.code, f.message) for f in found if f.severity is Severity.ERROR]
    assert len({f.code for f in found if f.severity is Severity.WARNING}) <= 1


@pytest.mark.parametrize("path", sorted((ROOT / "samples").glob("*.json")), ids=lambda path: path.stem)
def test_samples_have_no_error(path: Any) -> None:
    """Every sample has no error and at most one kind of warning."""
    found = findings(path.read_text("utf-8"))
    assert not [f.code for f in found if f.severity is Severity.ERROR]
    assert len({f.code for f in found if f.severity is Severity.WARNING}) <= 1


def test_exchanged_numbers_are_recognised_by_their_keys() -> None:
    """Both locations are reported, each with the variable that belongs there."""
    text = json.dumps(merged(GOOD, {"API": {"SendMessage": {"request_parameters": {"from": "$to$", "to": "$from$"}}}}))
    found = [(f.code, f.suggestion) for f in findings(text) if f.severity is not Severity.INFO]
    assert [("RT414", "$from$"), ("RT414", "$to$")] == sorted(found)


def test_text_around_json_is_removed() -> None:
    """--fix removes the text that a page or an editor added."""
    whole = json.dumps(GOOD, indent=2)
    lines = whole.split("\n")
    for pasted in (
        f"```json\n{whole}\n```",
        f"Here is the template:\n\n{whole}",
        f"const template = {whole};",
        whole.replace('"', "&quot;"),
        whole.replace('"', '\\"'),
        "\n".join(f"{number:3}  {line}" for number, line in enumerate(lines, 1)),
        "\ufeff" + whole.replace("\n", "\r\n"),
        whole[1:],
        whole.rstrip("} \n"),
    ):
        assert GOOD == json.loads(fixed_text(Document.read("x", pasted))[0])


def test_several_mistakes_are_all_found() -> None:
    """One mistake does not hide another, whether in syntax, shape or meaning."""
    text = broken('"$to$"', '"$ot$"').replace('"POST"', '"PSOT"', 1).replace('"id": "acme",', '"id": 5, // x')
    assert {"RT002", "RT101", "RT210", "RT401"} == {f.code for f in findings(text) if f.severity is Severity.ERROR}


def test_a_lost_bracket_does_not_report_missing_keys() -> None:
    """When a bracket is missing, keys that only seem to be absent are not reported."""
    text = json.dumps(GOOD, indent=2).replace('    }\n  },\n  "Webhook"', '    }\n  "Webhook"')
    assert {"RT009"} == {finding.code for finding in findings(text)}


def test_a_text_and_a_file_in_the_same_field_are_explained() -> None:
    """An mms event that has $url$ in the place of the text differs by the field with the file."""
    template = json.loads(json.dumps(GOOD))
    text = next(event for event in template["Webhook"] if event["event_type"] == "message")
    pattern = json.loads(json.dumps(text["request_parameters"]).replace("$content$", "$url$"))
    template["Webhook"] = [text, {**text, "event_type": "mms", "request_parameters": pattern}]
    [found] = [finding for finding in findings(json.dumps(template, indent=2)) if finding.code == "RT303"]
    assert found.message.endswith("; one of them is never selected: put $url$ into the field that only files have")


@pytest.mark.parametrize("charset", ["charset=UTF-8", 'charset="utf8"', "charset=utf_8", "charset=", "version=1"])
def test_the_charset_of_requests_is_no_mistake(charset: str) -> None:
    """However UTF-8 is spelled, and if no charset is named, nothing is reported."""
    found = findings(broken('"application/json"', json.dumps(f"application/json; {charset}")))
    assert [] == [finding.message for finding in found if finding.code == "RT212"]


@pytest.mark.parametrize(
    "value", ["$API key$", "{password}", "{{password}}", "%PASSWORD%", "<password>", "[password]", "pw"]
)
def test_a_password_that_is_still_to_be_filled_in_is_no_credential(value: str) -> None:
    """A placeholder is reported as such, if at all."""
    found = findings(broken('"text": "$content$"', f'"text": "$content$", "password": "{value}"'))
    assert [] == [finding.message for finding in found if finding.code == "RT502"]


def test_a_word_of_the_reply_is_no_password() -> None:
    """Only what is sent to the provider is a credential."""
    text = json.dumps(merged(GOOD, {"API": {"SendMessage": {"response_map": {"password": "accepted"}}}}))
    assert [] == [finding.message for finding in findings(text) if finding.code == "RT502"]


@pytest.mark.parametrize("start", ["{{", "<%", "${"])
def test_a_placeholder_with_many_spaces_is_examined_in_linear_time(start: str) -> None:
    """In cubic time, this text would take hours."""
    assert "RT409" not in {one.code for one in findings(broken('"$content$"', json.dumps(start + " " * 15_000)))}


@pytest.mark.parametrize(
    ("text", "suggestion"), [("{{ to }}", "$to$"), ("<%- to -%>", "$to$"), ("{{ }}", None), ("<% %>", None)]
)
def test_spaces_around_a_placeholder_are_no_part_of_its_name(text: str, suggestion: str | None) -> None:
    """Braces around nothing are no placeholder."""
    found = [one.suggestion for one in findings(broken('"$content$"', json.dumps(f"Hi {text}"))) if one.code == "RT409"]
    assert found == ([suggestion] if suggestion else [])


def test_strict_makes_undocumented_keys_errors() -> None:
    """``--strict`` raises exactly one warning to an error."""
    text = broken('"request_method"', '"x_y_z": 1, "request_method"')
    assert [Severity.WARNING] == [f.severity for f in findings(text)]
    assert [Severity.ERROR] == [f.severity for f in findings(text, strict=True)]


def test_select_and_ignore_go_by_code_prefix_and_slug() -> None:
    """Families, codes and slugs choose the findings."""
    text = broken('"$to$"', '"$ot$"').replace('"POST"', '"PSOT"', 1)
    assert ["RT210"] == [f.code for f in findings(text, select=("RT2",))]
    assert ["RT401"] == [f.code for f in findings(text, ignore=("unknown-method",))]


@pytest.mark.parametrize(("text", "code", "covered", "suggestion"), MISTAKES.values(), ids=MISTAKES)
def test_fixing_leaves_nothing_fixable(text: str, code: str, covered: str, suggestion: str | None) -> None:
    """After --fix no safe fix remains, fixing again changes nothing, and what was fixed has no finding."""
    fixed, _ = fixed_text(Document.read("x", text))
    again, made = fixed_text(Document.read("x", fixed))
    assert (fixed, 0) == (again, made)
    before = [finding for finding in findings(text) if finding.code == code]
    if before[0].fix and before[0].fix.safe:
        assert code not in {finding.code for finding in findings(fixed)}


def test_a_fix_leaves_all_other_bytes_alone() -> None:
    """Unusual spacing, CRLF and escapes elsewhere are unchanged."""
    text = broken('"$to$"', '"$ot$"').replace("\n", "\r\n").replace('"Acme SMS"', '"\\u0041cme   SMS"')
    fixed, made = fixed_text(Document.read("x", text))
    assert (text.replace('"$ot$"', '"$to$"'), 1) == (fixed, made)


leaf = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=12),
                 st.sampled_from(["$to$", "$x$", "POST", "mms", "https://a.example", "Bearer", "{{to}}", "$to"]))  # fmt: skip
anything = st.recursive(leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8)  # fmt: skip


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every value of a document below its root."""
    found = [at] if at else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in items:
        found += places(member, (*at, key))
    return found


@st.composite
def mutants(draw: st.DrawFn) -> Any:
    """The good template with a few values replaced, removed or renamed."""
    document = copy.deepcopy(GOOD)
    if draw(st.integers(0, 3)) == 0:
        document["Webhook"] = draw(st.sampled_from([document["Webhook"][0], {"a": document["Webhook"][1]},
                                                    {"list": document["Webhook"], "x": 1}]))  # fmt: skip
    for _ in range(draw(st.integers(1, 3))):
        *steps, last = draw(st.sampled_from(places(document)))
        holder = document
        for step in steps:
            holder = holder[step]
        action = draw(st.sampled_from(["replace", "remove", "rename"]))
        if action == "replace" or isinstance(holder, list):
            holder[last] = draw(anything)
        elif action == "remove":
            del holder[last]
        else:
            holder[draw(st.sampled_from([str(last).upper(), str(last)[1:], f"{last}s", "x"]))] = holder.pop(last)
        if not places(document):
            break
    return document


@given(mutants())
@settings(max_examples=600)
def test_the_model_and_the_schema_agree_on_shape(document: Any) -> None:
    """The lenient reader reports a misfit exactly where jsonschema finds a wrong type or a missing key."""
    wrong = list(shape_errors(document))
    assert bool(wrong) == bool(read_template(document).misfits), (wrong, read_template(document).misfits)


REPLACEMENTS: tuple[Any, ...] = (None, True, 5, 1.5, "", "text", [], ["x"], [5], {}, {"a": 1}, {"event_type": "mms"})


def every_single_change() -> list[Any]:
    """The good template in each form of Webhook, with every value removed, renamed, or replaced by another type."""
    forms = [GOOD, *({**GOOD, "Webhook": webhook} for webhook in (
        GOOD["Webhook"][0], {"a": GOOD["Webhook"][1]}, {"list": GOOD["Webhook"][:1], "x": 1}
    )), {**{key: value for key, value in GOOD.items() if key != "auth"}, "OAuth2": {
        "client_id": "$API key$", "flow_type": {"default": "0"}, "token_endpoint": "https://a.example/", "request_auth": "Bearer"
    }}]  # fmt: skip
    found = []
    for form in forms:
        for *steps, last in places(form):
            for change in ("remove", "rename", *REPLACEMENTS):
                document = copy.deepcopy(form)
                holder: Any = document
                for step in steps:
                    holder = holder[step]
                if change == "remove":
                    del holder[last]
                elif change == "rename":
                    if isinstance(holder, dict):
                        holder[f"{last}x"] = holder.pop(last)
                else:
                    holder[last] = copy.deepcopy(change)
                found.append(document)
    return found


def test_the_reader_and_the_schema_agree_on_every_single_change() -> None:
    """For thousands of documents, the fast reader reports the same pointers as jsonschema."""
    documents = every_single_change()
    verdicts = set()
    for document in documents:
        wrong = {at if error == "type" else (*at, what) for at, error, what in shape_errors(document)}
        assert wrong == set(read_template(document).misfits), document
        verdicts.add(bool(wrong))
    assert len(documents) > 3000
    assert {True, False} == verdicts


@given(anything)
def test_any_json_is_linted(document: Any) -> None:
    """No JSON makes the linter fail, and the reader and the schema agree."""
    text = json.dumps(document)
    for finding in findings(text):
        assert finding.range.start.line >= 1
    assert bool(list(shape_errors(document))) == bool(read_template(document).misfits)


@given(mutants())
@settings(max_examples=300)
def test_no_mutant_makes_the_linter_fail(document: Any) -> None:
    """Findings are inside the text, and fixing converges, for every mutant of a template."""
    text = json.dumps(document, indent=1)
    for finding in findings(text):
        assert 0 <= finding.offsets[0] <= finding.offsets[1] <= len(text)
    fixed, _ = fixed_text(Document.read("x", text))
    assert fixed == fixed_text(Document.read("x", fixed))[0]


def test_the_schema_is_valid_and_the_samples_match_it() -> None:
    """The published schema is valid JSON Schema 2020-12, and every sample is valid against it."""
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(SCHEMA)
    for path in (ROOT / "samples").glob("*.json"):
        Draft202012Validator(SCHEMA).validate(json.loads(path.read_text("utf-8")))


def test_importing_one_family_does_not_hide_the_others() -> None:
    """After importing one family, all rules are still registered."""
    program = "from ringocli.lint.rules import identity; from ringocli.lint.registry import rules; print(len(rules()))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert len(rules()) == int(done.stdout)


@pytest.mark.parametrize("name", ["SendMessage", "SendFile"])
def test_each_request_needs_a_credential(name: str) -> None:
    """A key in the body of one request does not authenticate the other; a property of a webhook or a reply is not sent."""
    template = copy.deepcopy(GOOD)
    del template["auth"]
    template["API"]["SendMessage"]["response_map"]["account"] = "$API key$"
    template["Webhook"][0]["request_parameters"]["account"] = "$API key$"
    assert ["requests are not authenticated"] == [
        finding.message.partition(":")[0] for finding in findings(json.dumps(template)) if finding.code == "RT202"
    ]
    template["API"][name]["request_parameters"]["key"] = "$API key$"
    other = "SendFile" if name == "SendMessage" else "SendMessage"
    (found,) = [finding for finding in findings(json.dumps(template)) if finding.code == "RT202"]
    assert (("API", other), True) == (found.pointer, found.message.startswith(f"{other} is not authenticated"))


def test_equal_patterns_with_their_keys_in_another_order_are_duplicates() -> None:
    """JSON objects are unordered, so both events match the same webhooks."""
    event = GOOD["Webhook"][0]
    turned = {**event, "request_parameters": dict(reversed(event["request_parameters"].items()))}
    found = findings(json.dumps({**GOOD, "Webhook": [*GOOD["Webhook"], turned]}))
    assert "RT303" in {finding.code for finding in found}


def test_two_schemes_and_an_empty_logo_are_reported() -> None:
    """A URL that was pasted behind https://, and a logo without a URL."""
    text = json.dumps({**GOOD, "logo": ""}).replace("https://sms.", "https://https://sms.", 1)
    found = {finding.code: finding for finding in findings(text)}
    assert "https://sms.acme.example/v1/messages" == found["RT219"].suggestion
    assert "the logo is empty" in found["RT702"].message
    assert "RT503" not in found


def test_a_host_that_is_called_http_is_no_scheme() -> None:
    """A container of a test network may have this name; it cannot be reached from outside."""
    found = findings(broken("https://sms.acme.example/", "http://http:8080/"))
    assert {"RT501", "RT503"} == {finding.code for finding in found if finding.code != "RT702"}

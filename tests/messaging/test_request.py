"""Rendering requests: addresses, bodies, auth, missing values, other bases."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringocli.errors import LocalError, UsageError
from ringocli.messaging.request import at_base, render_event, render_request
from ringocli.template.model import Template
from ringocli.template.pattern.pattern import Json
from ringocli.template.reader import read_template
from ringocli.template.values import Layer, Missing, Values, secret_properties
from ringocli.text.secret import Secret
from tests.strategies import texts


def template(properties: list[str] | None = None, auth: Any = None, events: Any = None, **request: Json) -> Template:
    """A template with one request; keyword arguments replace its keys."""
    spec = {
        "request_method": "POST",
        "request_url": "https://api.acme.example/send",
        "request_content_type": "application/json",
        "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
        **request,
    }
    document = {"id": "a", "name": "A", "class": "sms", "properties": properties or [], "API": {"SendMessage": spec}}
    if auth:
        document["auth"] = auth
    if events:
        document["Webhook"] = events
    return read_template(document)


def values(variables: dict[str, str] | None = None, **properties: str) -> Values:
    """Values in one layer; properties as secrets."""
    return Values(layers=(Layer(variables=variables or {}, properties=secret_properties(properties)),))


def rendered(made: Template, given: Values, missing: Missing | None = Missing.SAMPLE) -> Any:
    """The template's request."""
    return render_request(made, made.requests[0], given, missing)


def test_a_request_is_rendered_completely() -> None:
    """Method, URL, headers and body are those of the template, with the values filled in."""
    request = rendered(template(), values({"from": "+1", "to": "+2", "content": 'hi "you"'}))
    assert ("POST", "https://api.acme.example/send", '{"from":"+1","to":"+2","text":"hi \\"you\\""}') == (
        request.method,
        str(request.url),
        str(request.body),
    )
    assert [("Content-Type", "application/json")] == [(name, str(value)) for name, value in request.headers]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x/$from$/y", "https://a.example/x/%2B1%202/y"),
        ("https://a.example/x?f=$from$&g=1", "https://a.example/x?f=%2B1%202&g=1"),
        ("https://a.example/a b?c=ü", "https://a.example/a%20b?c=%C3%BC"),
        ("https://a.example/x%20y", "https://a.example/x%20y"),
    ],
)
def test_variables_in_a_url_are_quoted_by_position(url: str, expected: str) -> None:
    """Path segments and query values are percent-encoded; what the template encodes itself stays."""
    assert expected == str(rendered(template(request_url=url), values({"from": "+1 2"})).url)


def test_a_base_url_and_a_host_are_inserted_unchanged() -> None:
    """A property at the start of the URL or in the host is not percent-encoded."""
    base = template(["Base URL"], request_url="$Base URL$/sms/$to$")
    assert (
        "https://x.example/v1/sms/%2B2"
        == rendered(base, values({"to": "+2"}, **{"Base URL": "https://x.example/v1"})).url.reveal()
    )
    host = template(["Space"], request_url="https://$Space$.sw.example/a")
    assert "https://acme.sw.example/a" == rendered(host, values(Space="acme")).url.reveal()


def test_get_puts_parameters_into_the_query() -> None:
    """A GET has no body and no content type; an existing query is kept."""
    made = template(request_method="GET", request_url="https://a.example/s?v=2")
    request = rendered(made, values({"from": "+1", "to": "2", "content": "a b&c"}))
    assert ("https://a.example/s?v=2&from=%2B1&to=2&text=a%20b%26c", None, ()) == (
        str(request.url),
        request.body,
        request.headers,
    )


def test_a_form_body_repeats_the_key_of_a_list() -> None:
    """Form bodies are flat; a list of scalars is a repeated key."""
    made = template(
        request_content_type="application/x-www-form-urlencoded",
        request_parameters={"To": ["$to$", "9"], "Body": "$content$", "n": 5, "ok": True},
    )
    assert "To=%2B2&To=9&Body=a+b%26%C3%BC&n=5&ok=true" == str(
        rendered(made, values({"to": "+2", "content": "a b&ü"})).body
    )


def test_a_nested_form_is_refused() -> None:
    """No form encoding of nested parameters is documented, so none is invented."""
    made = template(request_content_type="application/x-www-form-urlencoded", request_parameters={"a": {"b": "$to$"}})
    with pytest.raises(LocalError, match="nested"):
        rendered(made, values())


def test_bearer_and_basic_are_applied() -> None:
    """Auth becomes the Authorization header, masked where it is shown."""
    bearer = template(["K"], {"type": "Bearer", "token": "$K$"})
    header = dict(rendered(bearer, values(K="s3cret-token")).headers)["Authorization"]
    assert ("Bearer ***", "Bearer s3cret-token") == (str(header), header.reveal())
    basic = template(["U", "P"], {"type": "Basic", "username": "$U$", "password": "$P$"})
    header = dict(rendered(basic, values(U="ü", P="p:w")).headers)["Authorization"]
    assert "Basic ***" == str(header)
    assert "Basic " + base64.b64encode("ü:p:w".encode()).decode() == header.reveal()


def test_an_oauth2_template_takes_an_access_token() -> None:
    """The OAuth2 access token is supplied as a property."""
    made = read_template({**template().root, "OAuth2": {"client_id": "$I$"}, "properties": ["I"]})
    request = rendered(made, values({}, **{"access token": "tok"}))
    assert "Bearer tok" == dict(request.headers)["Authorization"].reveal()


def test_a_line_break_in_a_credential_is_refused() -> None:
    """A property cannot inject a header."""
    bearer = template(["K"], {"type": "Bearer", "token": "$K$"})
    with pytest.raises(UsageError, match="line break"):
        rendered(bearer, values(K="a\r\nX-Evil: 1"))


@pytest.mark.parametrize("base", ["ftp://x", "x.example", "http://[", "http://a b/", "http://x:99999/"])
def test_an_unusable_url_is_one_sentence(base: str) -> None:
    """A URL that no client can use is refused, without the secret in the message."""
    made = template(["Base URL"], request_url="$Base URL$/sms")
    with pytest.raises(UsageError) as caught:
        rendered(made, values({}, **{"Base URL": base}))
    assert base not in caught.value.message


def test_missing_values_are_listed_all_at_once() -> None:
    """A real send never uses sample values: everything that is unset is listed, except extension and domain, which are omitted."""
    made = template(
        ["K"], {"type": "Bearer", "token": "$K$"}, request_parameters={"t": "$to$", "c": "$content$", "d": "$domain$"}
    )
    with pytest.raises(UsageError, match="no value for K, to, content"):
        rendered(made, values(), None)
    request = rendered(made, values({"to": "1", "content": "x"}, K="k"), None)
    assert '{"t":"1","c":"x"}' == str(request.body)
    assert any("domain" in note for note in request.notes)


def test_every_missing_policy_does_what_it_says() -> None:
    """drop omits keys, empty sends empty strings, sample uses sample values with a note, error lists even extension."""
    made = template(request_parameters={"e": "$extension$", "c": "$content$"})
    assert "{}" == str(rendered(made, values(), Missing.DROP).body)
    assert '{"e":"","c":""}' == str(rendered(made, values(), Missing.EMPTY).body)
    sampled = rendered(made, values(), Missing.SAMPLE)
    assert '{"e":"101","c":"Hello from Ringotel!"}' == str(sampled.body)
    assert any("sample values for extension, content" in note for note in sampled.notes)
    with pytest.raises(UsageError, match="extension"):
        rendered(made, values({"content": "x"}), Missing.ERROR)


def test_provenance_counts_bytes_of_the_body() -> None:
    """Each variable is located in the body in UTF-8 bytes."""
    body = rendered(
        template(request_parameters={"ü": "$content$", "t": "$to$"}), values({"content": "é", "to": "2"})
    ).body
    shown = str(body).encode()
    assert {"content": b"\xc3\xa9", "to": b"2"} == {
        span.variable: shown[span.start : span.end] for span in body.spans()
    }


@given(texts, texts)
def test_a_request_keeps_path_and_query_at_another_base(segment: str, word: str) -> None:
    """``--url`` replaces only scheme, host and port, and secrets stay marked."""
    made = template(["K"], request_url="https://api.acme.example:8443/v1/$K$/x?q=$content$")
    request = rendered(made, values({"content": word}, K=segment))
    moved = at_base(request, "http://127.0.0.1:8080/ignored")
    tail = request.url.reveal().removeprefix("https://api.acme.example:8443")
    assert "http://127.0.0.1:8080" + tail == moved.url.reveal()
    assert "/v1/***/x?q=" in str(moved.url)
    assert isinstance(request.variables["content"], str)


def test_a_webhook_is_rendered_as_the_provider_would_send_it() -> None:
    """The event key and the values are at the pattern's locations; flat events of form providers are forms."""
    event = {
        "event_key": "received",
        "event_type": "message",
        "request_method": "POST",
        "request_parameters": {"SmsStatus": "$event_key$", "From": "$from$", "To": "$to$", "Body": "$content$"},
    }
    made = template(events=[event], request_content_type="application/x-www-form-urlencoded")
    given_values = values({"number": "+1", "contact": "+2", "content": "x y"})
    request = render_event(made, made.events[0], given_values, url=Secret("https://h.example/w/s3cret"))
    assert "SmsStatus=received&From=%2B2&To=%2B1&Body=x+y" == str(request.body)
    assert ("***", "h.example") == (str(request.url), request.host)
    as_json = render_event(made, made.events[0], given_values, content_type="application/json")
    assert '{"SmsStatus":"received","From":"+2","To":"+1","Body":"x y"}' == str(as_json.body)


def test_a_get_webhook_goes_into_the_query() -> None:
    """An event with GET has its parameters in the query."""
    event = {"event_key": "m", "event_type": "message", "request_method": "GET",
             "request_parameters": {"from": "$from$", "to": "$to$", "message": "$content$"}}  # fmt: skip
    made = template(events=[event])
    request = render_event(made, made.events[0], values({"from": "1", "to": "2", "content": "a b"}), url="http://h/w")
    assert "http://h/w?from=1&to=2&message=a%20b" == str(request.url)


@given(st.dictionaries(st.sampled_from(["number", "contact", "from", "to"]), texts))
def test_aliases_know_their_direction(table: dict[str, str]) -> None:
    """``number`` is from in outgoing and to in incoming messages, ``contact`` the other one; from and to take precedence."""
    from ringocli.template.variables import Place

    layer = Layer(variables=table)
    out, incoming = layer.at(Place.SEND_MESSAGE), layer.at(Place.MESSAGE)
    assert table.get("from", table.get("number")) == out.get("from")
    assert table.get("to", table.get("contact")) == out.get("to")
    assert table.get("from", table.get("contact")) == incoming.get("from")
    assert table.get("to", table.get("number")) == incoming.get("to")

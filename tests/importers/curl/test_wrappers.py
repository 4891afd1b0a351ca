"""Commands around curl, and words that are not its own: the request is the same."""

from __future__ import annotations

import pytest

from ringocli.errors import UsageError
from ringocli.importers.curl.reader import read_curl

CURL = "curl -d a=b https://x.example/send"


@pytest.mark.parametrize(
    "text",
    [
        f"sudo {CURL}",
        f"env A=1 {CURL}",
        f"time -p {CURL}",
        f"timeout 5 nice -n 3 {CURL}",
        f"kubectl exec -it pod-1 -n ns -- {CURL}",
        f"kubectl exec pod-1 -- sh -c '{CURL}'",
        f"ssh host '{CURL}'",
        f'ssh -t me@host "sudo {CURL}"',
        f"ssh host {CURL}",
        f"docker exec -it web sh -c '{CURL}'",
        f"docker run --rm -it curlimages/{CURL}",
        "docker run --rm curlimages/curl:8.10.1 -d a=b https://x.example/send",
        "podman run --network host docker.io/curlimages/curl -d a=b https://x.example/send",
        f"bash -c '{CURL}'",
        f"apt-get install -y curl jq && {CURL}",
        f"which curl; {CURL}",
        f"{CURL} > `date +%s`.json\n",
        f"{CURL} > out-`date +%s`\necho done\n",
        f"{CURL} 2>> `mktemp`\n",
        f"{CURL} --made-up-option value",
        "curl --made-up-option value -d a=b https://x.example/send",
        "curl --made-up-flag https://x.example/send -d a=b",
        f"{CURL} please",
    ],
)
def test_the_request_is_that_of_curl_alone(text: str) -> None:
    """Programs that run curl, redirections and unknown words do not change the request."""
    requests = read_curl("paste", text)
    assert [("POST", "https://x.example/send", "a=b")] == [(one.method, one.url, one.body) for one in requests]


@pytest.mark.parametrize("text", ["echo curl https://x.example", "brew install curl", "man curl"])
def test_a_mention_of_curl_is_not_a_command(text: str) -> None:
    """A package or a word named curl is not run."""
    with pytest.raises(UsageError, match="no curl command"):
        read_curl("paste", text)

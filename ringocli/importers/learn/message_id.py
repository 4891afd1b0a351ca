"""Recognises the provider's message id in a sample reply and in a sample delivery receipt.

The two samples of a documentation page usually show different messages. A value that both contain is therefore only a
hint: it may just as well belong to the account, or be in the request already.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ringocli.importers.learn.sample_leaves import SampleLeaf
from ringocli.importers.learn.value_shapes import is_date, is_id, is_phone, is_url, text_of
from ringocli.template.field_vocabulary import Role, name_score, tokens
from ringocli.text.name_key import name_key
from ringocli.text.uuids import is_uuid
from ringocli.text.words import word_set

LEAST_IN_REPLY = 40
LEAST_IN_RECEIPT = 34
"""The lowest scores at which a value counts as an id."""

_PLAIN = {
    "id": 70,
    "ids": 66,
    "smssid": 86,
    "smsmessagesid": 84,
    "uuid": 72,
    "sid": 74,
    "guid": 72,
    "identifier": 70,
    "messages": 60,
    "sms": 50,
    "smsmessage": 40,
}
_WEAK = word_set(
    "requestid batchid transactionid jobid bulkid trackingid reference ref refid requestuuid tid rid xid mtid moid smid trid "
    "txid trxid txnid mtsmsid smsno msgno messageno msgnum smsnumber ticket ticketid handle receipt receiptid packetid packet "
    "queueid outgoingid idsms idmessage idmensaje idmensagem idenvio idmsg smskey msgkey messagekey ackid idack subid bulk "
    "job uniqueid"
)
_REFERENCES = {"reference", "ref", "refid"}
_CONTEXT = {"data", "message", "messages", "result", "results", "response", "sms", "smsmessagedata", "recipients"}
_GIVEN = {"client", "cli", "custom", "customer", "external", "own", "your", "my"}
"""First words of the name of an id that the sender chooses; it is the message id only if there is no other."""
_ACCOUNT = re.compile(
    r"account|user|profile|campaign|contact|customer|organi[sz]ation|^org|application|^app(?:_?id)?$|country|parent|service|"
    r"network|carrier|operator|project|tenant|workspace|company|brand|version|balance|credit|count|total|size|segments|parts$|"
    r"price|cost|currency|code$|template|sender|number|phone|conversation|session|thread|inbox|channel|"
    r"device|webhook|gateway|subscription|usuario|utente|cliente|cuenta|conta|compte",
    re.I,
)
"""Names of ids of an account or a batch, which many messages have in common."""
_MESSAGE_WORDS = {"message", "msg", "sms", "mms"}


@dataclass(frozen=True, slots=True)
class IdContext:
    """Values that are not the message id: texts of the request and values of properties; ``hint`` is the id itself."""

    taken: Collection[str] = ()
    hint: str | None = None

    def excludes(self, leaf: SampleLeaf) -> bool:
        """Whether a value is in the request already, or belongs to the account."""
        return len(leaf.text) > 3 and leaf.text in self.taken


def id_score(leaf: SampleLeaf, *, receipt: bool = False, hint: str | None = None) -> int:
    """How likely a value is the message id, by its name and form; see ``LEAST_IN_REPLY``."""
    text = text_of(leaf.value)
    if not text or isinstance(leaf.value, bool | float) or is_url(leaf.value) or is_date(leaf.value):
        return -100
    if hint and hint == text:
        return 300
    if _belongs_to_account(leaf):
        return -100
    points = _name_points(leaf, receipt)
    if is_phone(leaf.value) and text.startswith("+"):
        points -= 60
    if " " in text:
        points -= 60
    return points - len(leaf.names)


def _belongs_to_account(leaf: SampleLeaf) -> bool:
    if not leaf.names:
        return False
    words = tokens(leaf.names[0])
    if _MESSAGE_WORDS & set(words[:-1]) and words[-1:] != ["count"]:
        return False
    if _ACCOUNT.search(leaf.names[0]):
        return True
    bare = name_key(leaf.names[0]) in ("id", "sid", "uuid", "guid", "ref", "reference", "key")
    return bare and any(_ACCOUNT.search(name) for name in leaf.names[1:2])


def _name_points(leaf: SampleLeaf, receipt: bool) -> int:
    name = leaf.names[0] if leaf.names else ""
    if tokens(name)[-1:] in (["uuids"], ["sids"], ["guids"], ["refs"], ["references"]):
        name = name[:-1]
    key, outer = name_key(name), {name_key(other) for other in leaf.names[1:3]}
    points = name_score(Role.ID, (name,))
    if key in _PLAIN:
        if key in ("messages", "sms", "smsmessage") and not (is_id(leaf.value) or re.fullmatch(r"\d{5,}", leaf.text)):
            return 0  # {"messages": 1} is a count
        points = _PLAIN[key]
        points += 8 if outer & _CONTEXT or (not outer and not receipt) else 0
        points -= 20 if _qualifiers(leaf) else 0
    elif not points and key in _WEAK:
        points = 44 if key in _REFERENCES else 48
    elif not points and (tokens(name)[-1:] in (["id"], ["uuid"], ["sid"], ["guid"]) or name.lower().startswith("id_")):
        points = 66 if _MESSAGE_WORDS & set(tokens(name)) else 46
    elif not points and _MESSAGE_WORDS & set(tokens(name)[:-1]) and tokens(name)[-1] in _REFERENCES:
        points = 60
    elif not points and key.endswith("id") and is_id(leaf.value):
        points = 46
    if points > 60 and tokens(name)[0] in _GIVEN:
        points -= 26
    if any(re.search(r"invalid|error|fail|reject", other) for other in outer):
        points -= 30
    return points


def with_pair_scores(
    scored: Iterable[tuple[int, SampleLeaf]], others: Sequence[SampleLeaf], known: IdContext, *, least: int
) -> list[tuple[int, SampleLeaf]]:
    """The candidates of one sample, with points for having a counterpart in the other sample; the best first.

    The same value in both is strong evidence for a name that may be an id's; a value of the same form is some.
    """
    found = []
    for points, leaf in scored:
        if points > 200:
            found.append((points, leaf))
            continue
        if known.excludes(leaf):
            continue
        same = [other for other in others if other.text == leaf.text and len(leaf.text) > 1]
        if same and points < least and points > -50 and is_id(leaf.value):
            points = least
        if points < least:
            continue
        if same:
            points += 60 if points > least else 20
        elif any(_is_same_kind(leaf, other) for other in others):
            points += 70
        elif any(not form_difference(leaf.text, other.text) for other in others):
            points += 15
        found.append((points, leaf))
    return sorted(found, key=lambda pair: -pair[0])


def _is_same_kind(leaf: SampleLeaf, other: SampleLeaf) -> bool:
    """Whether two ids have the same name, one that says more than "id", and the same form."""
    name = name_key(leaf.name)
    is_named = name not in ("id", "ids", "uuid", "sid", "guid", "messages", "sms", *_REFERENCES)
    return (
        is_named and len(leaf.text) > 3 and name == name_key(other.name) and not form_difference(leaf.text, other.text)
    )


_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9]*?[-_:.](?=\w)|[A-Za-z]{1,12}(?=\d)")
_QUALIFIERS = {
    "batch", "bulk", "dispatch", "workflow", "broadcast", "request", "transaction", "job", "order", "campaign", "group", "conversation", "session", "thread",
    "event", "tracking", "reference", "ref", "client", "external", "custom", "correlation", "operation", "queue",
}  # fmt: skip
"""Words that say that an id is not, or not only, that of a message."""


def form_difference(reply: str, receipt: str) -> str:
    """How the forms of two ids differ, so that they are probably not of the same kind; "" if they do not differ."""
    if reply == receipt:
        return ""
    if is_uuid(reply) != is_uuid(receipt):
        return "only one is a UUID"
    if is_uuid(reply):
        return _case_difference(reply, receipt)
    if reply.isdigit() != receipt.isdigit():
        return "only one consists of digits"
    first, second = (found.group() if (found := _PREFIX.match(text)) else "" for text in (reply, receipt))
    separated = first[-1:] in ("-", "_", ":", ".") or second[-1:] in ("-", "_", ":", ".")
    if first.lower() != second.lower() and separated and "" in (first, second):
        return f'only one starts with "{first or second}"'
    if first.lower() != second.lower() and first[-1:] == second[-1:] and separated and not _is_random(first + second):
        return f'one starts with "{first}", the other with "{second}"'
    return _case_difference(reply, receipt)


def _is_random(prefix: str) -> bool:
    """Whether a supposed prefix is part of a random id."""
    return any(char.isdigit() for char in prefix) or len(prefix) > 16


def _case_difference(reply: str, receipt: str) -> str:
    if sum(char.isalpha() for char in reply) > 2 and sum(char.isalpha() for char in receipt) > 2:
        if (reply.islower() and receipt.isupper()) or (reply.isupper() and receipt.islower()):
            return "one is in upper case, the other in lower case"
    return ""


_MADE_UP = re.compile(r"([0-9a-fA-F])\1{7}-")
"""A UUID that documentation uses for every id: ``aaaaaaaa-bbbb-cccc-dddd-0123456789ab``."""


def name_difference(reply: SampleLeaf, receipt: SampleLeaf) -> str:
    """How the names of two ids say that they identify different things; "" if they do not."""
    if reply.text == receipt.text and not _MADE_UP.match(reply.text):
        return ""
    first, second = (_qualifiers(leaf) for leaf in (reply, receipt))
    if not first or first & second:
        return ""  # the "id" in the reply may be that of a batch, which the receipt names
    names = (".".join(reversed(leaf.names[:2])) for leaf in (reply, receipt))
    return '"{}" and "{}" seem to identify different things'.format(*names)


def _qualifiers(leaf: SampleLeaf) -> set[str]:
    own = {re.sub("^references?$|^refs$", "ref", word) for word in tokens(leaf.name)} & _QUALIFIERS
    if own or name_key(leaf.name) not in ("id", "sid", "uuid", "guid"):
        return own
    around = {re.sub("^batches$", "batch", word) for name in leaf.names[1:2] for word in tokens(name)}
    return around & (_QUALIFIERS - {"event"})

"""The vocabulary of SMS APIs: which key names denote which part of a message, and with what certainty.

The names are taken from the sources of the presets and from public references of SMS gateways (read 2026-11-23). To
support another provider's name, add it here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache

from ringocli.text.name_key import name_key
from ringocli.text.words import word_set


class Role(StrEnum):
    """The role of a value in a message."""

    FROM = "from"
    TO = "to"
    CONTENT = "content"
    URL = "url"
    ID = "messageid"
    EXTENSION = "extension"
    DOMAIN = "domain"


EXACT: dict[Role, frozenset[str]] = {
    role: word_set(words)
    for role, words in {
        Role.FROM: "from sender senderid sendername senderaddress sendernumber originator originatoraddress origin src "
        "source sourceaddress sourceaddr sourcenumber fromnumber fromphone fromphonenumber fromaddress fromdid "
        "sourcedid callerid oa mask frm fromnum sendfrom smsfrom msgfrom originatingaddress originnumber "
        "originationnumber srcaddr orig tpoa sendid sourceendpoint senderphone senderphonenumber moaddress fromtn fromto fromn "
        "fromid sendernum msgheader smsheader smssender remitente remetente expediteur emetteur absender srcnumber "
        "ani nadawca odesilatel afzender mittente avsender afsender baslik caller callernumber callerphone author authoraddress authornumber authoridentity senderidentity participantaddress",
        Role.TO: "to recipient recipients destination destinations dst dest tonumber tophone tophonenumber toaddress "
        "todid destinationaddress destinationaddr destaddr destinationnumber destinationphonenumber recipientnumber "
        "recipientphone recipientphonenumber recipientaddress receiver receivers rcpt sendto smsto da toaddr "
        "tonum destinationmsisdn destnumber destinations recipientmsisdn recipientaddresses receivernumber "
        "destaddress totn tos msgto dstnumber addressee targetnumber targets mobileto destcode empfaenger destinatario "
        "callee dnis odbiorca prijemce ontvanger destinatari destinataire modtager mottagare mottaker alici",
        Role.CONTENT: "text body content message msg messagetext messagebody messagecontent smstext smsbody smscontent "
        "smsmessage msgtext textbody messagedata plaintext textmessage msgbody smsmsg txt mensaje nachricht "
        "userdata sms msgcontent msgdata bodytext contenttext shortmessage "
        "mensagem texte texto mes incomingdata ud mesaj tresc zprava bericht testo besked meddelande melding tekst",
        Role.URL: "mediaurl mediaurls media mediauri mediauris mediafile mediafileurl mediaitems attachment attachments "
        "attachmenturl attachmenturls fileurl file files image imageurl images contenturl picture pictureurl "
        "mmsurl mmsmedia mms mmsurls medialink medialinks contenturls mediaitem fileuri mmsfile urls mediaurllist",
        Role.ID: "messageid msgid smsid messagesid smsmessageid messageuuid messageidentifier smsmessageid "
        "messagehandle dlrid mid messageguid msguid apimsgid apimessageid smsguid msgids messageids umid smsticket",
        Role.EXTENSION: "extension ext extn userextension extensionnumber",
        Role.DOMAIN: "domain orgdomain organizationdomain organisationdomain",
    }.items()
}
"""Complete names, in lower case and without separators."""

WEAK: dict[Role, Mapping[str, int]] = {
    Role.CONTENT: {
        "reply": 80,
        "messages": 80,
        "texts": 80,
        "bodies": 80,
        "template": 58,
        "caption": 70,
        "filecaption": 70,
        "imagecaption": 70,
        "mediacaption": 70,
        "response": 60,
        "subject": 62,
        "comments": 58,
        "payload": 58,
    },
}
"""Names with a lower score, used if no more certain name is present."""

HOLDERS: dict[Role, frozenset[str]] = {
    role: word_set(words)
    for role, words in {
        Role.FROM: "number phonenumber phone address msisdn value endpoint mobile e164 id name identity addr tn identifiervalue "
        "identifier digits uri",
        Role.TO: "number phonenumber phone phones address msisdn msisdns mobile mobiles numbers value endpoint e164 id "
        "mobilenumber mobilenumbers cell cellphone gsm tn identity addr contact phonenumbers identifiervalue identifier "
        "digits uri",
        Role.CONTENT: "text body content message value plain data payload",
        Role.URL: "url uri href link source src value content mediaurl fileurl downloadurl path file",
        Role.ID: "id uuid sid guid",
    }.items()
}
"""Names whose role depends on the enclosing object: ``from.number``, ``to[].phone_number``."""

_TOKENS: dict[Role, frozenset[str]] = {
    role: word_set(words)
    for role, words in {
        Role.FROM: "from sender originator originating source src origin",
        Role.TO: "to recipient recipients destination dest dst receiver target",
        Role.CONTENT: "text body message content msg",
        Role.URL: "media attachment attachments image picture mms file",
    }.items()
}
"""Words within a longer name: ``smsRecipientNumber``."""

OWN_NUMBERS = word_set(
    "did didnumber shortcode longcode virtualnumber inboundnumber ownnumber servicenumber trackingnumber line lineid "
    "innumber phonecode owner accountnumber businessnumber callednumber called vn sc"
)
"""A number of the account: the sender of a request, the recipient in a webhook."""

LONE_NUMBERS = word_set(
    "msisdn msisdns mobile mobiles phone phones phonenumber phonenumbers number numbers mobilenumber mobilenumbers "
    "cellphone gsm cell telephone tel address addresses contact contacts numero numeros celular telefono phoneno "
    "mobileno num nums no gsmno telno ceptel cep tlf tel telefon telefone telephonenumber handphone hp digits rawdigits"
)
"""A number without a specific role; in a request it is the recipient."""

NOT_A_VALUE = word_set(
    "type id ids status count class encoding format time date timestamp lang language segments length parts size "
    "price cost currency country carrier network operator name title subject reference ref version schedule "
    "validity ttl callback priority state city zip mode kind code ton npi charset sid uuid token key flag option "
    "options settings shorten tracking template label header footer param params method event retention variables "
    "schema sizes urlencoded duration"
)
"""Last words of a name whose value only describes the thing: ``message_type`` is not a message."""


_CONTACT = word_set("contact customer client subscriber member patient handset remote external enduser")
_OWN = word_set("account business own our virtual system inbox company local agent inbound service")
_NUMBER_WORDS = word_set("number phone msisdn mobile tn identity address phonenumber")


_ALONE = {
    **dict.fromkeys(("contact", "customer", "client", "remote", "external", "theirs", "them", "outside"), "contact"),
    **dict.fromkeys(("own", "ours", "us", "business", "inbox", "internal", "inside", "local"), "own"),
}
"""Names that say whose number a value is without a word for a number."""
_HOLDERS_OF_NUMBERS = word_set("contact customer own business inbox")
"""Those of them that also say so as the name of an object: ``contact.mobile.number``."""


def whose_number(names: Sequence[str]) -> str:
    """``contact`` or ``own`` if a name says whose number it is (``contact_phone``, ``accountPhone``), else ""."""
    words = tokens(names[0]) if names else []
    if words and (whose := _ALONE.get("".join(words))):
        return whose
    if words[-1:] == ["identity"] and len(names) > 1 and name_key(names[1]) == "channelidentity":
        return "contact"
    if words and set(words) <= _NUMBER_WORDS:
        return next((_ALONE[key] for name in names[1:4] if (key := name_key(name)) in _HOLDERS_OF_NUMBERS), "")
    if len(words) < 2 or words[-1] not in _NUMBER_WORDS:
        return ""
    if words[0] in _CONTACT:
        return "contact"
    return "own" if words[0] in _OWN else ""


def tokens(name: str) -> list[str]:
    """The words of a name: ``destinationPhoneNumber`` → ``destination phone number``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+|(?<=[A-Za-z])(?=\d)", spaced) if word]


def name_score(role: Role, names: Sequence[str]) -> int:
    """The certainty of a role, 0 to 100, judging by a value's name and the names of the enclosing objects."""
    if not names:
        return 0
    own = _own_score(role, names[0])
    if own:
        return own
    key, holders = name_key(names[0]), HOLDERS.get(role, ())
    if key in holders or key.rstrip("0123456789") in holders:
        for distance, name in enumerate(names[1:4]):
            outer = _own_score(role, name)
            if outer:
                return outer - 4 - 6 * distance
            if any(_own_score(other, name) > 60 for other in Role if other is not role):
                return 0
    return 0


@lru_cache(maxsize=20_000)  # a document repeats a few hundred names many times
def _own_score(role: Role, name: str) -> int:
    key = name_key(name)
    if len(key) > 10:
        key = key.removesuffix("value")
    if key in EXACT[role] or key.rstrip("0123456789") in EXACT[role]:
        return 100
    if weak := WEAK.get(role, {}).get(key):
        return weak
    words = tokens(name)
    if role is Role.URL and "base64" in key:
        return 0  # the file itself
    if len(words) > 2 and "".join(words[-2:]) in EXACT[role]:
        return 66
    if len(words) < 2 or words[-1] in NOT_A_VALUE:
        return 0
    found = _TOKENS.get(role, frozenset())
    if words[0] in found:
        return 62
    return 56 if any(word in found for word in words) else 0

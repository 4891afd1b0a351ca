"""Recognises field names of secrets and account values, in the languages of the world's SMS providers.

The words are from the public references of SMS gateways and of the providers in the presets (read 2026-11-28). A
provider whose word is missing needs one entry here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from ringocli.text.words import word_set


@lru_cache(maxsize=20_000)
def folded(name: str) -> str:
    """A name in lower case with ASCII letters for accented ones and ``_`` between its words; a final number is dropped.

    ``contraseña`` → ``contrasena``, ``apiKey2`` → ``api_key``.
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    bare = spaced.lower() if spaced.isascii() else _without_accents(spaced)
    joined = "_".join(re.findall(r"[^\W_]+", bare))
    return re.sub(r"(?<=[^\W\d_])_?\d{1,2}$", "", joined)


def _without_accents(text: str) -> str:
    """A text in lower case, with ASCII letters for accented ones."""
    import unicodedata

    bare = unicodedata.normalize("NFKD", text).translate(_LETTERS).casefold()
    return unicodedata.normalize("NFC", "".join(char for char in bare if not unicodedata.combining(char)))


_LETTERS = str.maketrans({"ı": "i", "İ": "I", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "ß": "ss"})


@cache
def _folded_words(text: str) -> frozenset[str]:
    """The words of a text, as ``folded`` writes them."""
    return frozenset(folded(word).replace("_", "") for word in word_set(text))


_SECRETS = word_set(
    "password passwords passwd upw passphrase passcode passkey pass pwd psw pswd pswrd pword passw pw secret secrets token "
    "tokens apikey authkey accesskey appkey securitykey userkey secretkey privatekey credential credentials cred creds "
    "private hmac sig sign signature jwt bearer hash mac digest checksum crypt pin license licence licensekey auth "
    "authorization authentication authstring session sessionid jsessionid phpsessid cookie otp totp salt sha sha1 sha256 "
    "sha512 md5 md5hash md5sign signmsg hashvalue tkn csrf xsrf keyid "
    "accesscode authcode appcode securitycode psswd pssw passw "
    "sifre parola parolachiave passe parol parole parool senha clave contrasena contrasenya contrasenia mdp motdepasse motpasse kennwort "
    "passwort kodewort geheim geheimnis geheimzahl schluessel schlussel zugangscode zugangsdaten heslo haslo wachtwoord "
    "toegangscode sleutel losenord salasana salasona passord adgangskode kodeord jelszo lozinka zaporka geslo sandi "
    "katasandi katalaluan slaptazodis matkhau mima miyao kouling kod codigoacceso codigodeacceso codeacces kodeakses "
    "palavrapasse anahtar chave cle clef llave chiave cheie klucz klic kulcs kljuc raktas atslega avain voti nyckel nogle "
    "nokkel nokkelen kluch klyuch kunci sleutelwoord sernum jeton segredo secreto segreto"
)
"""Words that name a secret, alone or as one of the words of a longer name."""
_SECRETS_IN_OTHER_SCRIPTS = (
    "пароль парол парола лозинка ключ токен секрет 密码 密碼 口令 密钥 密鑰 令牌 パスワード 暗証番号 비밀번호 κωδικος συνθηματικο "
    "κλειδι "
    "סיסמה מפתח كلمةالمرور كلمةالسر مفتاح पासवर्ड कुंजी รหัสผ่าน"
)

_INSIDE = (
    "password", "passwd", "passwort", "passphrase", "passcode", "secret", "token", "apikey", "authkey", "accesskey",
    "credential", "kennwort", "contrasen", "wachtwoord", "losenord", "motdepasse", "signature", "privatekey", "sifre",
    "senha", "пароль",
)  # fmt: skip
"""Words that name a secret even in a run of lower-case letters, as in ``smspassword``."""

_ENDINGS = (
    r"(?:psw|pswd|pwd|(?<!by)(?<!com)(?<!tres)pass|parola|parol|heslo|haslo|clave|hmac|jwt|(?<!s)pin|[a-z]{2,}key)$"
)
_KEYS = ("k", "key", "ks", "keys")
_OTHER_KEYS = word_set(
    "idempotency idempotent sort cache dedup dedupe deduplication message msg template object partition primary routing "
    "language foreign cell event map translation locale callback unique uniq request req external ext correlation "
    "transaction tracking reference ref record local"
)
"""Words before "key" that make it something other than a credential."""

_ABOUT_A_SECRET = word_set(
    "type types method mode algorithm algo alg format length len expiry expires expiration expire ttl lifetime version "
    "encoding scheme url uri count required enabled name names question title strategy function size at in"
)
"""Last words of a name that is about a secret: ``token_type``."""

_NOT_SECRET = word_set(
    "passthrough passthru passenger passengers passport hashtag hashtags keyword keywords pinned pincode tokenized "
    "signup signin signed signname assign design authenticated authorized authors author privacy macro machine macos "
    "maxtokens codec code coding kodlama secretary monkey turkey hockey donkey hotkey"
)

_ACCOUNTS = word_set(
    "user username userid usr uid un uname usrname login loginid loginname logon account accountid accountsid "
    "accountno accountnumber accountname accountkey acct acctid client clientid clientcode aid appid applicationid apiid "
    "profileid planid customer customerid customercode organisation organization orgid workspace workspaceid tenant "
    "tenantid serviceid servicesid serviceplan serviceplanid project projectid campaignid campaignsid channelid company "
    "companyid subaccount subaccountid email brand messagingservice messagingservicesid deviceid space businessid "
    "routeid keywordid groupid pool poolid merchant merchantid partner partnerid member memberid subscription "
    "subscriptionid instanceid "
    "kullanici kullaniciadi kullanicikodu usuario utilizador utilizator utilisateur identifiant benutzer benutzername "
    "nutzer nutzername kunde kundennummer gebruiker gebruikersnaam utente uzivatel pouzivatel uzytkownik felhasznalo "
    "korisnik uporabnik vartotojas lietotajs kasutaja pengguna nguoidung taikhoan anvandare anvandarnamn bruker "
    "brugernavn brukernavn kayttaja kayttajatunnus conta cuenta compte konto"
)
"""Words that name a value of an account, alone or at the end of a longer name."""
_ACCOUNTS_IN_OTHER_SCRIPTS = "логин пользователь користувач χρηστης משתמש مستخدم 用户 用户名 账号 帐号 ユーザー 사용자"

_ACCOUNT = (
    r"(?:user|login|account|client|customer|organi[sz]ation|workspace|tenant|project|company|merchant|sub_?account)"
    r"_?(?:name|id|sid|no|number|code|uuid)?$|(?:account|acct|contract|tenant)_?ref(?:erence)?$|"
    r"(?:acc|cust|vendor|reseller|app|application|profile|plan|org|service|service_?plan|campaign|channel|business|device|messaging_service|partner|"
    r"member|instance|route|keyword|group|pool|brand|space|api|auth)_?(?:id|sid|uuid|plan)$|^sid$|^e_?mail$|brand|kennung$"
)


@lru_cache(maxsize=20_000)
def is_secret_name(name: str) -> bool:
    """Whether a field is named like a secret: a password, a key, a token, a signature."""
    words = folded(name).split("_")
    run = "".join(words)
    if run in _NOT_SECRET or (len(words) > 1 and words[-1] in _ABOUT_A_SECRET and "secret" not in words[-1]):
        return False
    if any(map(_is_secret_word, (run, name.lower(), re.sub(r"^(?:x|api|sms|http|my|your)|api$", "", run)))):
        return True
    if words[-1] in _KEYS and len(words) > 1:
        return words[-2] not in _OTHER_KEYS
    if run.endswith("key") and run.removesuffix("key") in _OTHER_KEYS:
        return False
    if run in _KEYS and run != "k":
        return True
    if any(
        _is_secret_word(word)
        for word in words
        if word not in ("private", "kod", "cle", "clef", "sign", "hash", "session", "auth")
    ):
        return True
    if words[-1] in ("hash", "sign", "session", "auth", "mac"):
        return True
    return any(word in run for word in _INSIDE) or re.search(_ENDINGS, run) is not None


def _is_secret_word(word: str) -> bool:
    return _is_listed(word, _SECRETS, _SECRETS_IN_OTHER_SCRIPTS)


def _is_listed(word: str, words: frozenset[str], in_other_scripts: str) -> bool:
    return word in words or (not word.isascii() and word in _folded_words(in_other_scripts))


@lru_cache(maxsize=20_000)
def is_account_name(name: str) -> bool:
    """Whether a field is named like a value of an account, such as its login, id or project."""
    bare = folded(name)
    run = bare.replace("_", "")
    is_account_word = _is_listed(run, _ACCOUNTS, _ACCOUNTS_IN_OTHER_SCRIPTS)
    return is_account_word or bool(re.search(_ACCOUNT, bare)) or bare.split("_")[-1] in ("username", "login")


_PAIRS = (("u", "p"), ("usr", "p"), ("l", "p"), ("id", "p"), ("user", "p"), ("un", "p"), ("n", "p"), ("k", "s"))


def secret_of_pair(name: str, siblings: Iterable[str]) -> bool | None:
    """Whether a one-letter name is the secret (True) or the login (False) in a pair such as ``u`` and ``p``.

    None if it is not part of such a pair.
    """
    bare, others = name.lower(), {sibling.lower() for sibling in siblings}
    for login, secret in _PAIRS:
        if {login, secret} <= others and bare in (login, secret):
            return bare == secret
    return None


_SYNONYMS = (
    ("password", r"passw|passwd|passcode|passkey|passphrase|^pass$|pass$|pwd|psw|^pw$|parol|sifre|senha|clave|contrasen|mdp|kennwort|heslo|haslo|"
     r"wachtwoord|losenord|salasana|passord|jelszo|lozinka|motdepasse|kodeord|пароль|密码"),
    ("secret", r"secret|private"),
    ("token", r"token|jwt|bearer"),
    ("key", r"key$|^keys?$|license|licence"),
    ("signature", r"sig$|sign$|signature|hmac|hash|mac$|digest|checksum|md5|sha\d+"),
    ("session", r"session|cookie"),
    ("pin", r"pin$|otp$"),
    ("login", r"user|^u$|^un$|^uid$|usr|login|benutzer|kullanici|usuario|utilisateur|gebruiker|identifiant|логин"),
    ("account", r"account|acct|^sid$|conta|cuenta|compte|konto|auth_?id"),
)  # fmt: skip


@lru_cache(maxsize=20_000)
def meaning(name: str) -> str:
    """What kind of value a name stands for; names with the same meaning may share a property."""
    run = folded(name).replace("_", "")
    for kind, pattern in _SYNONYMS:
        if re.search(pattern, run):
            return kind
    return run

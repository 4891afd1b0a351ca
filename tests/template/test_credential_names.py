"""Field names of credentials, in the languages of the world's providers; and names that only resemble them."""

from __future__ import annotations

import pytest

from ringocli.template.credential_names import is_account_name, is_secret_name
from ringocli.text.words import word_set

SECRETS = sorted(
    word_set("""
    password passwort Kennwort userPwd api-pass smspassword clave contraseña claveapi senhaApi palavra_passe mot_de_passe cle_api
    şifre hasło kluczApi heslo jelszó parolă lozinka ključ geslo slaptažodis parool salasana lösenord passord adgangskode nøgle
    wachtwoord schlüssel пароль κωδικός סיסמה كلمة_المرور पासवर्ड 密码 パスワード 비밀번호 mat_khau kata_sandi sharedkey gatewaykey
    Ocp-Apim-Subscription-Key consumer_key key1 token2 access_code authCode signMsg md5sign sha512 hash_value csrf_token totp
    """)
)
ACCOUNTS = sorted(
    word_set("""
    user username loginId AccountSid client_id vendor_id usuario utilisateur benutzerkennung käyttäjä användarnamn gebruiker логин
    用户 ユーザー χρήστης
    """)
)
OTHERS = sorted(
    word_set("""
    to from text keyword hashtag monkey turkey hockey passenger bypass compass sortKey messageKey idempotency_key sign_up assign
    token_type password_length secretary author data_coding template_id country_code
    """)
)


@pytest.mark.parametrize("name", SECRETS)
def test_names_of_secrets_are_known(name: str) -> None:
    """Names are recognised alone, in longer names, with accents, with numbers, and in any case."""
    assert is_secret_name(name)
    assert is_secret_name(name.upper())


@pytest.mark.parametrize("name", ACCOUNTS)
def test_names_of_account_values_are_known(name: str) -> None:
    """Words for a login, an account or a customer are recognised."""
    assert is_account_name(name)


@pytest.mark.parametrize("name", OTHERS)
def test_other_names_are_not_credentials(name: str) -> None:
    """Words that merely contain a word for a secret, and names about a secret, are not credentials."""
    assert not is_secret_name(name)
    assert not is_account_name(name)

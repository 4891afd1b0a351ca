FIELDS=(--data-urlencode to=+15550002222 --data-urlencode "from=+15550001111")
FIELDS+=(--data-urlencode "text=Hello there")
AUTH=$(printf '%s:%s' "$ACME_USER" "$ACME_PASSWORD" | openssl base64 -A)
curl "${FIELDS[@]}" -H "Authorization: Basic ${AUTH}" https://api.acme.example/v1/messages

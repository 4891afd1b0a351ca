API_HOST=api.acme.example
payload() {
  cat <<EOF
{
  "to": "+15550002222",
  "from": "+15550001111",
  "text": "Hello there"
}
EOF
}
# Don't forget the password
curl -u acme:s3cret-42 -H 'Content-Type: application/json' -d "$(payload)" "https://$API_HOST/v1/messages"

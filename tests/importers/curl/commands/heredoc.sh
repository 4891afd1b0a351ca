curl -sS https://api.acme.example/v1/sms -H 'Content-Type: application/json' -H "Authorization: Bearer $ACME_TOKEN" -d @- <<EOF
{
  "recipient": "+15550002222",
  "sender": "+15550001111",
  "message": "Hello from a here-document"
}
EOF

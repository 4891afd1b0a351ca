curl https://api.acme.example/v1/messages -u acme:s3cret-42 -H "Content-Type: application/json" \
  -d '{"to": "+15550002222", "from": "+15550001111", "text": "Hello there"}'

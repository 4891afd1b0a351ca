curl -X POST "https://api.acme.example/v1/sms" -H "Content-Type: application/json" -H 'Authorization: Bearer abc0123456789def' \
  -d '{"to": "+15550002222", "from": "+15550001111", "text": "Hello there"}'

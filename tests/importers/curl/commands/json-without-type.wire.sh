curl -X POST https://api.acme.example/v1/sms -u me:secret99 -H 'Content-Type: application/json' -d '{"to": "+15550002222", "from": "+15550001111", "text": "Hello there"}'

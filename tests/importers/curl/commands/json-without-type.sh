curl -X POST https://api.acme.example/v1/sms -u me:secret99 -d '{"to": "+15550002222", "from": "+15550001111", "text": "Hello there"}'

curl -X POST https://sms.acme.example/v1/messages -H 'Content-Type: application/json' -d '{"from":"+15550001111","to":"+15550002222","text":"Hello there"}'

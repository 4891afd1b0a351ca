curl https://sms.acme.example/v1/messages -H 'Content-Type: application/json' -d @<(echo '{"to":"+15550002222","text":"Hello"}')

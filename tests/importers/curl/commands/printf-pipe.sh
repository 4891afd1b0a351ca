printf '{"to":"%s","text":"%s"}' "+15550002222" "Hello there" | curl https://sms.acme.example/v1/messages -H 'Content-Type: application/json' -d @-

curl --include --request POST --header "Content-Type: application/json" --user 'me@acme.example:B3C4-KEY-0000-1111' \
     --data-binary '{"messages":[{"source":"php","from":"+61411111111","body":"Jelly liquorice marshmallow candy","to":"+61411111112","custom_string":"this is a test"}]}' \
     'https://rest.clicksend.com/v3/sms/send'

curl -X POST \
    https://gatewayapi.com/rest/mtsms \
    -H "Content-Type: application/json" \
    -u "GoGenerateAnApiToken:" \
    -d '{"sender": "ExampleSMS", "message": "Hello World", "recipients": [{"msisdn": "4512345678"}]}'

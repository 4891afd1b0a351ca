curl -i --user AUTH_ID:AUTH_TOKEN \
    -H "Content-Type: application/json" \
    -d '{"src": "+14155550100","dst": "+14155550199", "text": "Hello, this is a sample text"}' \
    https://api.plivo.com/v1/Account/AUTH_ID/Message/

curl -X POST \
  --header "Content-Type: application/json" \
  --header "Authorization: Bearer YOUR_API_KEY" \
  --data '{
    "from": "+13125550001",
    "to": "+13125550002",
    "text": "Hello, \"world\"!"
  }' \
  https://api.telnyx.com/v2/messages

curl -X POST 'https://messaging.bandwidth.com/api/v2/users/9900000/messages' \
  -u 'username:passw0rd99' \
  -H 'Content-Type: application/json; charset=utf-8' \
  -d '{"to": ["+15554443333"], "from": "+15552223333", "text": "Hey, check this out", "applicationId": "93de2206-9669-4e07-948d-329f4b722ee2", "tag": "test message"}'

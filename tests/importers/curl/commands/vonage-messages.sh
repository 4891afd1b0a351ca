curl -X POST https://api.nexmo.com/v1/messages \
  -u 'abcd1234:s3cr3tS3cr3t16ch' \
  -H 'Content-Type: application/json' \
  -d $'{
    "message_type": "text",
    "text": "It\'s here",
    "to": "447700900000",
    "from": "447700900001",
    "channel": "sms"
  }'

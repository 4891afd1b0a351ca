curl https://api.acme.example/v1/messages -H "authorization: Bearer k3y-0042-abcd" -H "content-type: application/json" \
  --data-raw '{"from": "+15550001111", "to": "+15550002222", "text": "Hello & bye"}'

curl https://api.acme.example/v1/:account_id/numbers/:id/messages -u "myusername:k3y-0042-abcd" -H 'Content-Type: application/json' \
  -d '{"messages": [{"source": "php", "orig": "+15550001111", "ext": "204", "to": "+15550002222", "text": "Hello there",
       "note": "Your order is ready"}]}'

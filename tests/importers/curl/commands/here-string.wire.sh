curl https://api.acme.example/v1/messages -H "Content-Type: application/json" -H "Authorization: Bearer k3y-0042-abcd" \
  -d "{\"to\": \"+15550002222\", \"from\": \"+15550001111\", \"text\": \"It's here\"}"

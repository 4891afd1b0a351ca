curl https://api.acme.example/graphql \
  -H 'Content-Type: application/json' \
  -d '{"query":"mutation Send($to: String!, $text: String!) { send(to: $to, text: $text) { id status {code} } }","variables":{"to":"+15550002222","from":"+15550001111","text":"Hello there"}}'

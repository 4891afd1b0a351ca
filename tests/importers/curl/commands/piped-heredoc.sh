cat <<'JSON' | curl -s https://api.acme.example/v1/messages -u acme:s3cret-42 -H 'Content-Type: application/json' -d @- | jq .id
{"to": "+15550002222", "from": "+15550001111", "text": "Only $5 today"}
JSON

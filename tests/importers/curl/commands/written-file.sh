cat > body.json <<EOF
{"to": "+15550002222", "from": "+15550001111", "text": "Hello —over there"}
EOF
read -r -d '' TYPE <<'EOF'
Content-Type: application/json
EOF
curl https://api.acme.example/v1/messages -u acme:s3cret-42 -H "$TYPE" -d @body.json

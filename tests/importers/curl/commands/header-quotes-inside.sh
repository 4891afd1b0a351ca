# not expressible: header 'Accept'
curl https://sms.acme.example/v1/messages -H "'Accept': 'application/json'" -H "Content-Type: application/json" -d '{"text":"Hello there","to":"+15550002222"}'

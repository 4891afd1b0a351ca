curl -X POST -u 'username:password1' -d '{"to":"+27821234567","body":"Hello World!"}' -H 'Content-Type: application/json' 'https://api.bulksms.com/v1/messages?auto-unicode=true'

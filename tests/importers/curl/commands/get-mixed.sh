curl -G 'https://sms.acme.example/v1/messages?key=abc123def456' --data-urlencode 'to=+15550002222' -d from=15550001111 --data-urlencode 'text=Hello, world?'

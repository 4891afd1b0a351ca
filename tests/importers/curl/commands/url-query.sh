curl https://sms.acme.example/v1/messages --url-query 'key=abc 123def456' --url-query '+raw=%20x' -d to=+15550002222 -d from=+15550001111 -d text=Hello

# not expressible: header X-Api-Key
curl -H "X-Api-Key: abcdefghij0123456789" https://gateway.seven.io/api/sms -d "to=49176123456789" -d "text=Hello World" -d from=seven

curl https://api.transmitsms.com/send-sms.json -u "0123456789abcdef:my_secret_9" -d "message=My first message" -d "to=61400000000" -d from=61437000000

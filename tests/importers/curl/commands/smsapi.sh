curl -X POST -H "Authorization: Bearer 0123456789abcdefghij" -d "from=Test&to=48500000000&message=Content of the message&format=json" https://api.smsapi.com/sms.do

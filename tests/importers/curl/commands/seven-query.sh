curl 'https://gateway.seven.io/api/sms?p=abcdefghij0123456789&to=49176123456789&text=Hello%20World&from=seven' -X POST

curl 'https://sms.acme.example/send?x=1&to=15550002222&x=2&from=15550001111&text=Hello'

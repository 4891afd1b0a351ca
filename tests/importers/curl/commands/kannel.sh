# not expressible: http://
curl "http://sms.acme.example:13013/cgi-bin/sendsms?username=tester&password=foobar12&to=0123456789&text=Hello+world"

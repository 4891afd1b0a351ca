curl -u 'user:key0123456' -X POST https://api.smsglobal.com/v2/sms/ --json '{"destination":"61400000000","message":"Test sms","origin":"Test"}'

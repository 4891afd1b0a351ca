curl -X POST https://smsapi.voxtelesys.net/api/v1/sms \
-H 'Authorization: Bearer <api key>' \
-H 'Content-Type: application/json' \
-d '{"from": "15021230000", "to": "15021230001", "body": "Hello, World!", "status_callback": {"url": "https://foo.com/dlr", "method": "POST"}}'

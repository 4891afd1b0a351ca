# not expressible: header api-login, header api-key
curl -X POST https://api.octopush.com/v1/public/sms-campaign/send -H 'Content-Type: application/json' -H 'api-login: me@acme.example' -H 'api-key: abcdefghijkl0123' -d '{"recipients":[{"phone_number":"+33600000000"}],"text":"Hello there","type":"sms_premium","sender":"Acme"}'

# not expressible: header accept, header api-key
curl --request POST --url https://api.brevo.com/v3/transactionalSMS/sms --header 'accept: application/json' --header 'api-key: xkeysib-0123456789abcdef' --header 'content-type: application/json' --data '{"sender":"Acme","recipient":"33689965433","content":"Enter this code to log in","type":"transactional"}'

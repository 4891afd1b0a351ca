# not expressible: header accept
curl -X POST "https://el.cloud.unifonic.com/rest/SMS/messages?AppSid=123appsid456&SenderID=Sender&Body=Test&Recipient=966505980169&responseType=JSON&CorrelationID=CorrelationID&baseEncode=true&statusCallback=sent&async=false" -H "accept: application/json" -u 'u@x.example:pw-12345'

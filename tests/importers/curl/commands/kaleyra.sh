# not expressible: header api-key
curl --location --request POST 'https://api.kaleyra.io/v1/<<SID>>/messages' \
--header 'api-key: <Your_API_Key>' \
--header 'Content-Type: application/x-www-form-urlencoded' \
--data-urlencode 'to=+91xxxxxxxxxx' \
--data-urlencode 'type=OTP' \
--data-urlencode 'sender=KLRHXA' \
--data-urlencode 'body=Your Kaleyra OTP is 54367' \
--data-urlencode 'template_id=<Your template_id>'

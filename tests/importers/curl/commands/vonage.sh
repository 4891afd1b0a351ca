curl -X "POST" "https://rest.nexmo.com/sms/json" \
  -d "from=AcmeInc" \
  -d "text=A text message sent from here" \
  -d "to=447700900000" \
  -d "api_key=abcd1234" \
  -d "api_secret=s3cr3tS3cr3t16ch"

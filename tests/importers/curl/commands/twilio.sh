curl -X POST "https://api.twilio.com/2010-04-01/Accounts/$TWILIO_ACCOUNT_SID/Messages.json" \
  --data-urlencode "To=+15558675310" \
  --data-urlencode "From=+15017122661" \
  --data-urlencode "Body=Your parcel is at the door & waits" \
  -u "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN"

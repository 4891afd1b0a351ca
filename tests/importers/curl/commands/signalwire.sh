curl https://example-space.signalwire.com/api/laml/2010-04-01/Accounts/YourProjectID/Messages.json \
  -X POST \
  --data-urlencode "From=+15551234567" \
  --data-urlencode "Body=Hello World!" \
  --data-urlencode "To=+15557654321" \
  -u "YourProjectID:YourAuthToken"

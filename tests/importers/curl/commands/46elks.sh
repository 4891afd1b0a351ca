curl https://api.46elks.com/a1/sms \
  -u api_username:api_password \
  -d to=+46700000000 \
  -d message='This is the message sent to the phone.' \
  -d from=+46766861004

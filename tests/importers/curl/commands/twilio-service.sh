curl 'https://api.twilio.com/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json' -X POST \
--data-urlencode 'To=+15558675310' --data-urlencode 'MessagingServiceSid=MG0123456789abcdef0123456789abcdef' \
--data-urlencode 'Body=Hello there' -u AC0123456789abcdef0123456789abcdef:d41d8cd98f00b204e9800998ecf8427e

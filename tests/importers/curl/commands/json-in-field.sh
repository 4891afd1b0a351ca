# not expressible: JSON inside a field (message)
curl https://textbelt.example/text -d key=textbelt -d channel=sms --data-urlencode source=+15550001111 --data-urlencode destination=+15550002222 \
  --data-urlencode 'message={"type": "text", "text": "Hello there"}'

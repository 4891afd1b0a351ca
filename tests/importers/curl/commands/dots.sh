# not expressible: header Host
curl "https://api.acme.example:443/v1/../v2/./messages?key=k3y-00421-abcd" -H 'Host: sms.acme.example' \
  -d "to=+15550002222" -d "from=+15550001111" --data-urlencode "text=Hello there"

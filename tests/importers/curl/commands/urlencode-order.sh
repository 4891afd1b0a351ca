curl https://api.acme.example/v1/send \
  --data-urlencode 'to=+15550002222' \
  --data-urlencode 'from=+15550001111' \
  --data-urlencode 'text=Hello @ there = now' \
  --data-urlencode 'a@b=c@d'

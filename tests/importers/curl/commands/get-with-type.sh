# not expressible: a Content-Type without a body
curl -X GET "https://api.acme.example/send?key=k3y-00421-abcd&to=15550002222&from=15550001111&text=Hello+there" \
  -H "Content-Type: application/json"

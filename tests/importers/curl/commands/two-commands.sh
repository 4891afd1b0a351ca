# not expressible: fetching an access token (client credentials)
curl -s -X POST https://api.acme.example/oauth/token -d grant_type=client_credentials -d client_id=abc -d client_secret=def01234567 > token.json
curl -X POST https://api.acme.example/v1/sms -H "Authorization: Bearer $ACME_TOKEN" -d to=15550002222 -d from=15550001111 -d 'text=Hello there'

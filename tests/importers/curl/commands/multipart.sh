# not expressible: multipart/form-data
curl https://api.acme.example/send -u me:secret99 -F to=+15550002222 -F from=+15550001111 -F 'text=Hello there'

# not expressible: digest authentication
curl --digest -u me:secret99 https://api.acme.example/send -d to=15550002222 -d text=Hello

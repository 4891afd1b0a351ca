curl -G -sSLk "https://api.acme.example/send.php" --data-urlencode "mobile=+15550002222" --data-urlencode "sender=ACME" --data-urlencode "msg=Hello, is it 5 o'clock?" -d user=acme -d pass=secret99

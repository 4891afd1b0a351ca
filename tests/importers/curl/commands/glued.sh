curl -XPOST -uacme:secret99 -HContent-Type:application/json -d'{"phone":"+15550002222","originator":"Acme","content":"Hello \u00e4 \ud83d\ude00"}' --url=https://api.acme.example/x/sms

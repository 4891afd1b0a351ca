AUTH=$(echo -n 'acme:secret99' | base64)
curl https://api.acme.example/v1/sms -H "Authorization: Basic $(echo -n 'acme:secret99' | base64)" --data 'To=15550002222&From=15550001111&Body=Hi+there'

curl -X POST "https://api.acme.example/v1/sms" --header 'Authorization: Bearer abc0123456789def' --data "to=15550002222&text=Hello"

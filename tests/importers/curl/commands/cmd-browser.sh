curl ^"https://sms.acme.example/v1/messages^" ^
  -X ^"POST^" ^
  -H ^"content-type: application/json^" ^
  -H ^"authorization: Bearer abc123def456^" ^
  --data-raw ^"^{^\^"from^\^":^\^"+15550001111^\^",^\^"to^\^":^\^"+15550002222^\^",^\^"text^\^":^\^"Hello ^& bye^\^"^}^"

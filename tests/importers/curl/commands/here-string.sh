PS C:\acme> $body = @'
{"to": "+15550002222", "from": "+15550001111", "text": "It's here"}
'@
PS C:\acme> $key = "k3y-0042-abcd"
PS C:\acme> curl.exe -X POST https://api.acme.example/v1/messages `
  -H "Content-Type: application/json" `
  -H "Authorization: Bearer $key" `
  -d $body

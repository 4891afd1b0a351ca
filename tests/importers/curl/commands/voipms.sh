curl "https://voip.ms/api/v1/rest.php?api_username=me%40acme.example&api_password=Sup3rSecret&method=sendSMS&did=5551234567&dst=5557654321&message=Hello%20there"

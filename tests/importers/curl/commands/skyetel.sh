curl -X POST "https://sms.skyetel.com/v1/out?from=15125551212" -u "SID12345:SECRET67890" -H "Content-Type: application/json" --data '{"to":"15125551213","text":"Hello there"}'

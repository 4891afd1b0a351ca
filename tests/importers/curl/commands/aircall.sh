curl -u api_id:api_token https://api.aircall.io/v1/numbers/:id/messages/send -H 'Content-Type: application/json' -d '{"to":"+15550002222","body":"Hello there"}'

curl -X POST \
  'https://us.sms.api.sinch.com/xms/v1/YOUR_servicePlanId/batches' \
  -H 'Content-Type: application/json' \
  -H 'Authorization: Bearer YOUR_API_token' \
  -d '{
    "from": "YOUR_Sinch_virtual_number",
    "to": ["YOUR_recipient_number"],
    "body": "Hello how are you"
  }'

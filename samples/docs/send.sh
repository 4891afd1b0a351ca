curl -X POST https://api.acme.example/v2/messages \
  -u "$ACME_ACCOUNT_ID:$ACME_TOKEN" \
  -H 'Content-Type: application/json' \
  -d '{
    "sender": "+15550001111",
    "recipients": ["+15550002222"],
    "body": "Your parcel is at the door",
    "campaign_id": "<YOUR_CAMPAIGN_ID>"
  }'

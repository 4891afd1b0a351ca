# Run:
curl -s \
	-X POST \
	https://api.mailjet.com/v4/sms-send \
	-H "Authorization: Bearer $MJ_TOKEN" \
	-H 'Content-Type: application/json' \
	-d '{
      "Text": "Have a nice SMS flight with Mailjet !",
      "To": "+33600000000",
      "From": "MJPilot"
	}'

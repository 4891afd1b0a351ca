# not expressible: header accept
curl -X POST "https://portal.bulkvs.com/api/v1.0/messageSend" -H "accept: application/json" -H "Authorization: Basic am9obkBhY21lLmV4YW1wbGU6c2VjcmV0c2VjcmV0" -H "Content-Type: application/json" -d "{\"From\":\"15556667777\",\"To\":[\"15557778888\"],\"Message\":\"Test Message\"}"

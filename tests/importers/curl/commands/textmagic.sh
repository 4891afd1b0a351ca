# not expressible: header X-TM-Username, header X-TM-Key
curl -X POST "https://rest.textmagic.com/api/v2/messages" \
     -H "X-TM-Username: jdoe" -H "X-TM-Key: abcDEF123456ghi" \
     -d "text=Test message" -d "phones=447860021130"

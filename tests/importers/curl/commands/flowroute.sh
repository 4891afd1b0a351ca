curl -X POST -u $FR_ACCESS_KEY:$FR_SECRET_KEY https://api.flowroute.com/v2.2/messages -H "Content-Type: application/vnd.api+json" \
-d '{"data": {"type": "message", "attributes": {"to":"12066417661", "from":"12062092844", "body":"Four score and seven years ago."}}}'

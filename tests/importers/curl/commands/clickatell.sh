# not expressible: a bare token in the Authorization header
curl -X POST -H "Content-Type: application/json" -H "Authorization: Uk9VVElORS1LRVktMDA=" -d '{"content":"Test Message Text","to":["27999112345"]}' https://platform.clickatell.com/messages

# not expressible: a bare token in the Authorization header
curl --request POST --url https://api.openphone.com/v1/messages --header "Authorization: abc0123456789def" --header "Content-Type: application/json" --data '{"content":"Hello there","from":"+15555550100","to":["+15555550101"]}'

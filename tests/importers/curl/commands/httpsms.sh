# not expressible: header x-api-key
curl -L --request POST --url 'https://api.httpsms.com/v1/messages/send' --header 'x-api-key: aaaabbbbccccdddd' --header 'Content-Type: application/json' --data '{"from": "+18005550199","to": "+18005550100","content": "This is a sample text"}'

# not expressible: header Accept, header apiKey, several numbers in to
curl -X POST \
    https://api.africastalking.com/version1/messaging \
    -H 'Accept: application/json' \
    -H 'Content-Type: application/x-www-form-urlencoded' \
    -H 'apiKey: MyAppAPIkey0123456789' \
    -d 'username=MyAppUsername&to=%2B254711000000,%2B254733000000&message=Hello%20there&from=myShortCode'

curl -X GET "https://smsc.hubtel.com/v1/messages/send?clientsecret=abcdsecret1&clientid=abcdclient1&from=Hubtel&to=233200000000&content=This+Is+A+Test+Message"

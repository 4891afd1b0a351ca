# not expressible: Authorization: AccessKey ...
curl -X POST https://rest.messagebird.com/messages \
-H "Authorization: AccessKey live_abcdefghijklmnop" \
-d "recipients=31612345678" \
-d "originator=Acme" \
-d "body=This is a test message"

# not expressible: Authorization: App ...
curl -L -X POST 'https://xyz123.api.infobip.com/sms/2/text/advanced' \
-H 'Authorization: App 003026bbc133714df1834b8638bb496e-8f4b3d9a-e931-478d-a994-28a725159ab9' \
-H 'Content-Type: application/json' \
-d '{"messages":[{"destinations":[{"to":"41793026727"}],"from":"InfoSMS","text":"This is a sample message"}]}'

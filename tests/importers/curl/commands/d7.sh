curl --location 'https://api.d7networks.com/messages/v1/send' \
--header 'Content-Type: application/json' \
--header 'Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.ZRrHA1JJJW8opsbCGfG_HACGpVUMN_a9IV7pAx_Zmeo' \
--data '{"messages": [{"channel": "sms","recipients": ["+971509876543"],"content": "Greetings from here","msg_type": "text","data_coding": "text"}],"message_globals": {"originator": "SignOTP","report_url": "https://the-url-to-receive-reports.example"}}'

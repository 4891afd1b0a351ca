curl -X POST https://YOUR_SPACE.signalwire.com/api/laml/2010-04-01/Accounts/AccountSid/Messages \
     -H "Content-Type: application/x-www-form-urlencoded" \
     -u "<project_id>:<api_token>" \
     -d "Body=Hi%21&From=%2B15551234567&To=%2B15557654321"

curl -d 'username=myUser99&password=myPass99&to=447777123123&message=hello+there&orig=TextMsg' https://api.textmarketer.co.uk/gateway/

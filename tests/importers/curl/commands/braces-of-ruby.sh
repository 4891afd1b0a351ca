curl https://api.acme.example/v1/messages -H 'Authorization: Bearer #{token}' -d 'from=#{from}' -d 'to=#{to}' -d 'text=#{text}'

curl 'https://sms.acme.example:1401/send?to=06222172&content=hello&username=fourat&password=secret99'

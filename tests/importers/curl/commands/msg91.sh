# not expressible: header authkey
curl --request POST --url https://control.msg91.com/api/v5/flow --header 'authkey: 123456AbCdEf' --header 'content-type: application/json' --data '{"template_id": "5f0123456789abcdef012345","short_url": "0","recipients": [{"mobiles": "919876543210","name": "Ann"}]}'

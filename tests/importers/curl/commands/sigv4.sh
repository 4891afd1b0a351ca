# not expressible: requests signed for AWS
curl --aws-sigv4 aws:amz:eu-west-1:sns --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
  -d Action=Publish --data-urlencode "PhoneNumber=+15550002222" --data-urlencode "Message=Hello there" https://sns.eu-west-1.amazonaws.com/

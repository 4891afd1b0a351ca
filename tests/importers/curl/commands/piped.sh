# not expressible: options from a file (--config)
echo '{"dst":"+15550002222","src":"+15550001111","msg":"Hello through a pipe"}' | curl --json @- -K/dev/null https://api.acme.example/v1/sms -u k3y0123456:s3cret999

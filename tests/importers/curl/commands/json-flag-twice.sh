curl --json '{"from":"+15550001111",' --json '"to":"+15550002222","text":"Hello there"}' https://sms.acme.example/v1/messages

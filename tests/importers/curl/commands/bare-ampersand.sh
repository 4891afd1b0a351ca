curl https://api.acme.example/send?key=abc0123456789&to=15550002222&from=15550001111&text=Hello

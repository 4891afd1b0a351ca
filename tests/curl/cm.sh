# not expressible: a second product key
curl -X POST 'https://gw.cmtelecom.com/v1.0/message' -H 'Content-Type: application/json' -d '{"messages":{"authentication":{"productToken":"00000000-1111-2222-3333-444444444444"},"msg":[{"from":"Acme","to":[{"number":"0031612345678"}],"body":{"type":"auto","content":"Hello there"},"reference":"my-ref-1"}]}}'

"""Requests, replies and webhooks in the shapes of many SMS providers, written with placeholders for a message's values.

``~TO~`` and the like are replaced by the values of a message, so that each case gives any number of messages: one to
learn from, others to check what was learned. ``~to~`` and ``~from~`` are the numbers without a plus.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class ProviderCase:
    """The documentation of one provider; ``incomplete`` is a part of the expected blocking clause."""

    name: str
    send: str | None = None
    reply: str | None = None
    webhooks: Sequence[tuple[str, str]] = ()
    hints: Mapping[str, str] = field(default_factory=dict)
    incomplete: str = ""


def curl_json(url: str, body: str, auth: str = "-H 'Authorization: Bearer key_9f8e7d6c5b4a'") -> str:
    """A curl command that posts JSON."""
    return f"curl -X POST '{url}' {auth} -H 'Content-Type: application/json' -d '{body}'"


def curl_form(url: str, *pairs: str, auth: str = "-u 'ACCOUNT77:s3cr3tT0ken99'") -> str:
    """A curl command that posts a form."""
    return f"curl -X POST '{url}' {auth} " + " ".join(f"--data-urlencode '{pair}'" for pair in pairs)


BEARER, BASIC, NONE = "-H 'Authorization: Bearer key_9f8e7d6c5b4a'", "-u 'ACCOUNT77:s3cr3tT0ken99'", ""

CASES = [
    ProviderCase(
        name="id-and-account-reference",
        send=curl_json("https://api.a1.example/v1/sms", '{"to":"~TO~","from":"~FROM~","text":"~TEXT~"}'),
        reply='{"id":"~ID~","accountRef":"93de-4411-aa07"}',
        webhooks=[
            ("delivered", '{"type":"message.delivered","message":{"id":"~ID~","accountRef":"93de-4411-aa07"}}'),
            ("other", '{"type":"message.failed","message":{"id":"~ID~","accountRef":"93de-4411-aa07"}}'),
        ],
    ),
    ProviderCase(
        name="messages-list-with-statuses",
        send=curl_json(
            "https://api.a2.example/sms/2/text/advanced",
            '{"messages":[{"destinations":[{"to":"~to~"}],"from":"~from~","text":"~TEXT~"}]}',
            "-H 'Authorization: Basic QUNDT1VOVDc3OnMzY3IzdFQwa2VuOTk='",
        ),
        reply='{"bulkId":"2034072219640523072","messages":[{"messageId":"~NUM~","status":{"groupId":1,"groupName":"PENDING",'
        '"id":26,"name":"PENDING_ACCEPTED","description":"Message sent to next instance"},"to":"~to~"}]}',
        webhooks=[
            (
                "message",
                '{"results":[{"messageId":"~OTHERNUM~","from":"~to~","to":"~from~","text":"~TEXT~","cleanText":"~TEXT~",'
                '"keyword":"~WORD~","receivedAt":"~TIME~","smsCount":1,"price":{"pricePerMessage":0,"currency":"EUR"},'
                '"callbackData":"cb"}],"messageCount":1,"pendingMessageCount":0}',
            ),
            (
                "delivered",
                '{"results":[{"bulkId":"BULK-~N~","messageId":"~NUM~","to":"~to~","sentAt":"~TIME~","doneAt":"~TIME~",'
                '"smsCount":1,"price":{"pricePerMessage":0.01,"currency":"EUR"},"status":{"groupId":3,"groupName":'
                '"DELIVERED","id":5,"name":"DELIVERED_TO_HANDSET","description":"Message delivered to handset"},'
                '"error":{"groupId":0,"groupName":"OK","id":0,"name":"NO_ERROR","permanent":false}}]}',
            ),
            (
                "other",
                '{"results":[{"bulkId":"BULK-~N~","messageId":"~NUM~","to":"~to~","sentAt":"~TIME~","doneAt":"~TIME~",'
                '"smsCount":1,"price":{"pricePerMessage":0.01,"currency":"EUR"},"status":{"groupId":5,"groupName":'
                '"REJECTED","id":12,"name":"REJECTED_NOT_ENOUGH_CREDITS","description":"Not enough credits"},'
                '"error":{"groupId":1,"groupName":"HANDSET_ERRORS","id":4,"name":"EC_X","permanent":true}}]}',
            ),
        ],
    ),
    ProviderCase(
        name="twilio-like-form",
        send=curl_form(
            "https://api.a3.example/2010-04-01/Accounts/AC1234567890abcdef1234567890abcdef/Messages.json",
            "From=~FROM~",
            "Body=~TEXT~",
            "To=~TO~",
        ),
        reply='{"account_sid":"AC1234567890abcdef1234567890abcdef","api_version":"2010-04-01","body":"~TEXT~","date_created"'
        ':"Thu, 24 Aug 2023 05:01:45 +0000","direction":"outbound-api","error_code":null,"from":"~FROM~","num_media":"0",'
        '"num_segments":"1","price":null,"sid":"SM~HEX~","status":"queued","to":"~TO~","uri":"/2010-04-01/x.json"}',
        webhooks=[
            (
                "message",
                "ToCountry=US&ToState=CA&SmsMessageSid=SM~HEX~&NumMedia=0&ToCity=SF&FromZip=94105&SmsSid=SM~HEX~&FromState=CA&"
                "SmsStatus=received&FromCity=SF&Body=~TEXT~&FromCountry=US&To=~FROM~&NumSegments=1&MessageSid=SM~HEX~&"
                "AccountSid=AC1234567890abcdef1234567890abcdef&From=~TO~&ApiVersion=2010-04-01",
            ),
            (
                "delivered",
                "SmsSid=SM~HEX~&SmsStatus=delivered&MessageStatus=delivered&To=~TO~&MessageSid=SM~HEX~&"
                "AccountSid=AC1234567890abcdef1234567890abcdef&From=~FROM~&ApiVersion=2010-04-01",
            ),
            (
                "other",
                "SmsSid=SM~HEX~&SmsStatus=undelivered&MessageStatus=undelivered&ErrorCode=30003&To=~TO~&MessageSid=SM~HEX~&"
                "AccountSid=AC1234567890abcdef1234567890abcdef&From=~FROM~&ApiVersion=2010-04-01",
            ),
        ],
    ),
    ProviderCase(
        name="get-with-user-and-password",
        send="curl 'https://http.a4.example/send?user=ACCOUNT77&password=s3cr3tT0ken99&to=~to~&from=~from~&text=~TEXTQ~'",
        reply='{"message-count":"1","messages":[{"to":"~to~","message-id":"~HEX~","status":"0","remaining-balance":"3.14",'
        '"message-price":"0.03","network":"12345"}]}',
        webhooks=[
            (
                "message",
                "msisdn=~to~&to=~from~&messageId=~HEX2~&text=~TEXTQ~&type=text&keyword=~WORD~&message-timestamp=~TIMEQ~",
            ),
            (
                "delivered",
                "msisdn=~to~&to=~from~&network-code=12345&messageId=~HEX~&price=0.03&status=delivered&scts=2001011400&"
                "err-code=0&message-timestamp=~TIMEQ~",
            ),
            (
                "other",
                "msisdn=~to~&to=~from~&network-code=12345&messageId=~HEX~&price=0.03&status=failed&scts=2001011400&"
                "err-code=6&message-timestamp=~TIMEQ~",
            ),
        ],
    ),
    ProviderCase(
        name="data-attributes-envelope",
        send=curl_json(
            "https://api.a5.example/v2.1/messages",
            '{"data":{"type":"message","attributes":{"to":"~to~","from":"~from~","body":"~TEXT~"}}}',
            BASIC,
        ),
        reply='{"data":{"links":{"self":"https://api.a5.example/v2.1/messages/mdr2-~HEX~"},"type":"message","id":"mdr2-~HEX~"}}',
        webhooks=[
            (
                "message",
                '{"data":{"attributes":{"status":"delivered","body":"~TEXT~","direction":"inbound","amount_nanodollars":4000000,'
                '"message_encoding":0,"timestamp":"~TIME~","has_mms":false,"to":"~from~","amount_display":"$0.0040","from":"~to~",'
                '"is_mms":false,"message_type":"longcode"},"type":"message","id":"mdr2-~HEX2~"}}',
            ),
            (
                "delivered",
                '{"data":{"type":"delivery_receipt","id":"mdr2-~HEX~","attributes":{"body":"~TEXT~","level":1,"status":"message '
                'delivered","status_code":"0","timestamp":"~TIME~","to":"~to~","from":"~from~","delivered":true}}}',
            ),
            (
                "other",
                '{"data":{"type":"delivery_receipt","id":"mdr2-~HEX~","attributes":{"body":"~TEXT~","level":1,"status":"message '
                'failed","status_code":"404","timestamp":"~TIME~","to":"~to~","from":"~from~","delivered":false}}}',
            ),
        ],
    ),
    ProviderCase(
        name="payload-with-event-type",
        send=curl_json("https://api.a6.example/v2/messages", '{"from":"~FROM~","to":"~TO~","text":"~TEXT~"}'),
        reply='{"data":{"record_type":"message","direction":"outbound","id":"~UUID~","type":"SMS","organization_id":"'
        'b448f9cc-a842-4784-98e9-03c1a5872950","messaging_profile_id":"16fd2706-8baf-433b-82eb-8c7fada847da","from":{"phone_number":'
        '"~FROM~","carrier":"X","line_type":"Wireless"},"to":[{"phone_number":"~TO~","status":"queued","carrier":"Y"}],"text":"~TEXT~"}}',
        webhooks=[
            (
                "message",
                '{"data":{"event_type":"message.received","id":"~UUID3~","occurred_at":"~TIME~","payload":{"direction":"inbound",'
                '"from":{"phone_number":"~TO~","carrier":"Y"},"id":"~UUID2~","text":"~TEXT~","to":[{"phone_number":"~FROM~","status":'
                '"webhook_delivered"}],"type":"SMS","media":[],"messaging_profile_id":"16fd2706-8baf-433b-82eb-8c7fada847da"},"record_type":"event"}}',
            ),
            (
                "delivered",
                '{"data":{"event_type":"message.finalized","id":"~UUID3~","occurred_at":"~TIME~","payload":{"direction":"outbound",'
                '"from":{"phone_number":"~FROM~"},"id":"~UUID~","text":"~TEXT~","to":[{"phone_number":"~TO~","status":"delivered"}],'
                '"type":"SMS","errors":[]},"record_type":"event"}}',
            ),
            (
                "other",
                '{"data":{"event_type":"message.finalized","id":"~UUID3~","occurred_at":"~TIME~","payload":{"direction":"outbound",'
                '"from":{"phone_number":"~FROM~"},"id":"~UUID~","text":"~TEXT~","to":[{"phone_number":"~TO~","status":"delivery_failed"}],'
                '"type":"SMS","errors":[]},"record_type":"event"}}',
            ),
        ],
    ),
    ProviderCase(
        name="root-array-webhooks",
        send=curl_json(
            "https://messaging.a7.example/api/v2/users/5500123/messages",
            '{"to":["~TO~"],"from":"~FROM~","text":"~TEXT~","applicationId":"93de2206-9669-4e07-948d-329f4b722ee2","tag":"test message"}',
            BASIC,
        ),
        reply='{"id":"~NUM~abc","owner":"~FROM~","applicationId":"93de2206-9669-4e07-948d-329f4b722ee2","time":"~TIME~",'
        '"segmentCount":1,"direction":"out","to":["~TO~"],"from":"~FROM~","text":"~TEXT~","tag":"test message"}',
        webhooks=[
            (
                "message",
                '[{"type":"message-received","time":"~TIME~","description":"Incoming message received","to":"~FROM~","message":{"id":'
                '"~OTHERNUM~abc","time":"~TIME~","to":["~FROM~"],"from":"~TO~","text":"~TEXT~","applicationId":"93de2206-9669-4e07-948d-329f4b722ee2",'
                '"owner":"~FROM~","direction":"in","segmentCount":1}}]',
            ),
            (
                "delivered",
                '[{"type":"message-delivered","time":"~TIME~","description":"ok","to":"~TO~","message":{"id":"~NUM~abc","time":"~TIME~",'
                '"to":["~TO~"],"from":"~FROM~","text":"","applicationId":"93de2206-9669-4e07-948d-329f4b722ee2","owner":"~FROM~",'
                '"direction":"out","segmentCount":1,"tag":"test message"}}]',
            ),
            (
                "other",
                '[{"type":"message-failed","time":"~TIME~","description":"forbidden","to":"~TO~","errorCode":4432,"message":{"id":"~NUM~abc",'
                '"time":"~TIME~","to":["~TO~"],"from":"~FROM~","text":"","applicationId":"93de2206-9669-4e07-948d-329f4b722ee2","owner":'
                '"~FROM~","direction":"out","segmentCount":1}}]',
            ),
        ],
    ),
    ProviderCase(
        name="batches-with-mo-text",
        send=curl_json(
            "https://us.sms.api.a8.example/xms/v1/plan77aa/batches", '{"from":"~from~","to":["~to~"],"body":"~TEXT~"}'
        ),
        reply='{"id":"~HEX~","to":["~to~"],"from":"~from~","canceled":false,"body":"~TEXT~","type":"mt_text","created_at":"~TIME~",'
        '"modified_at":"~TIME~","delivery_report":"none","expire_at":"~TIME~","flash_message":false}',
        webhooks=[
            (
                "message",
                '{"body":"~TEXT~","from":"~to~","id":"~HEX2~","operator_id":"310260","received_at":"~TIME~","to":"~from~","type":"mo_text"}',
            ),
            (
                "delivered",
                '{"at":"~TIME~","batch_id":"~HEX~","code":0,"recipient":"~to~","status":"Delivered","type":"recipient_delivery_report_sms"}',
            ),
            (
                "other",
                '{"at":"~TIME~","batch_id":"~HEX~","code":407,"recipient":"~to~","status":"Failed","type":"recipient_delivery_report_sms"}',
            ),
        ],
    ),
    ProviderCase(
        name="http-messages-channel",
        send=curl_json(
            "https://api.a9.example/v1/messages",
            '{"message_type":"text","text":"~TEXT~","to":"~to~","from":"~from~","channel":"sms"}',
            BASIC,
        ),
        reply='{"message_uuid":"~UUID~"}',
        webhooks=[
            (
                "message",
                '{"channel":"sms","message_uuid":"~UUID2~","to":"~from~","from":"~to~","timestamp":"~TIME~","text":"~TEXT~",'
                '"message_type":"text","sms":{"num_messages":"1","keyword":"~WORD~"},"usage":{"currency":"EUR","price":"0.0333"}}',
            ),
            (
                "delivered",
                '{"message_uuid":"~UUID~","to":"~to~","from":"~from~","timestamp":"~TIME~","status":"delivered","channel":"sms",'
                '"usage":{"currency":"EUR","price":"0.0333"}}',
            ),
            (
                "other",
                '{"message_uuid":"~UUID~","to":"~to~","from":"~from~","timestamp":"~TIME~","status":"rejected","channel":"sms",'
                '"error":{"type":"https://x.example","title":1000}}',
            ),
        ],
    ),
    ProviderCase(
        name="bulk-form-with-csv",
        send=curl_form("https://api.b1.example/sms/send.json", "to=~to~", "from=~from~", "message=~TEXT~"),
        reply='{"messages":[{"message_id":"~NUM~","from":"~from~","to":"~to~","body":"~TEXT~","status":"Queued","date_sent":"~TIME~",'
        '"parts":1,"cost":0.04}],"total_cost":0.04,"error":{"code":"SUCCESS","description":"OK"}}',
        webhooks=[
            (
                "message",
                "message_id=~OTHERNUM~&mobile=~to~&longcode=~from~&response=~TEXTQ~&user_id=55012&is_optout=no&datetime_entry=~TIMEQ~",
            ),
            ("delivered", "message_id=~NUM~&mobile=~to~&status=delivered&user_id=55012&datetime=~TIMEQ~"),
            ("other", "message_id=~NUM~&mobile=~to~&status=hard-bounce&user_id=55012&datetime=~TIMEQ~"),
        ],
    ),
    ProviderCase(
        name="key-in-the-body",
        send=curl_json(
            "https://api.b2.example/api/sms/send",
            '{"api_key":"TLkeyA1b2C3d4E5f6G7","to":"~to~","from":"Acme","sms":"~TEXT~","type":"plain","channel":"generic"}',
            NONE,
        ),
        reply='{"message_id":"~NUM~","message":"Successfully Sent","balance":10.5,"user":"Jo Doe","code":"ok"}',
        webhooks=[
            (
                "delivered",
                '{"type":"outbound","id":"~UUID3~","message_id":"~NUM~","receiver":"~to~","sender":"Acme","message":"~TEXT~",'
                '"sent_at":"~TIME~","cost":"1.5","status":"DELIVERED","channel":"generic"}',
            ),
            (
                "other",
                '{"type":"outbound","id":"~UUID3~","message_id":"~NUM~","receiver":"~to~","sender":"Acme","message":"~TEXT~",'
                '"sent_at":"~TIME~","cost":"1.5","status":"Rejected","channel":"generic"}',
            ),
            (
                "message",
                '{"type":"inbound","id":"~UUID3~","message_id":"~OTHERNUM~","receiver":"~from~","sender":"~to~","message":"~TEXT~",'
                '"received_at":"~TIME~","cost":"0","status":"Received","channel":"generic"}',
            ),
        ],
    ),
    ProviderCase(
        name="africa-form",
        send=curl_form(
            "https://api.b3.example/version1/messaging",
            "username=ACCOUNT77",
            "to=~TO~",
            "message=~TEXT~",
            "from=~from~",
            auth="-H 'apiKey: k9f8e7d6c5b4a3f2e1'",
        ),
        reply='{"SMSMessageData":{"Message":"Sent to 1/1","Recipients":[{"statusCode":101,"number":"~TO~","status":"Success",'
        '"cost":"KES 0.8000","messageId":"ATXid_~HEX~"}]}}',
        webhooks=[
            ("message", "linkId=~HEX2~&text=~TEXTQ~&to=~from~&id=~HEX3~&date=~TIMEQ~&from=~TOQ~"),
            ("delivered", "id=ATXid_~HEX~&status=Success&phoneNumber=~TOQ~&networkCode=63902&retryCount=0"),
            (
                "other",
                "id=ATXid_~HEX~&status=Failed&phoneNumber=~TOQ~&networkCode=63902&retryCount=0&failureReason=UserInBlackList",
            ),
        ],
        incomplete="apiKey",
    ),
    ProviderCase(
        name="echoed-client-reference",
        send=curl_json(
            "https://rest.b4.example/v1/sms",
            '{"recipient":"~TO~","originator":"~FROM~","body":"~TEXT~","reference":"order-4411"}',
        ),
        reply='{"reference":"order-4411","uid":"~UUID~","recipient":"~TO~","state":"accepted"}',
        webhooks=[
            (
                "delivered",
                '{"reference":"order-4411","uid":"~UUID~","recipient":"~TO~","state":"delivered","at":~EPOCH~}',
            ),
            ("other", '{"reference":"order-4411","uid":"~UUID~","recipient":"~TO~","state":"expired","at":~EPOCH~}'),
        ],
    ),
    ProviderCase(
        name="several-fields-per-message",
        send=curl_json(
            "https://rest.b5.example/v3/sms/send",
            '{"messages":[{"source":"php","from":"~FROM~","body":"~TEXT~","to":"~TO~","schedule":1436874701,"custom_string":"this is a test"}]}',
            BASIC,
        ),
        reply='{"http_code":200,"response_code":"SUCCESS","response_msg":"Here are your data.","data":{"total_price":0.28,"total_count":1,'
        '"queued_count":1,"messages":[{"direction":"out","date":1436871253,"to":"~TO~","body":"~TEXT~","from":"~FROM~","schedule":1436874701,'
        '"message_id":"~UUID~","message_parts":1,"message_price":0.07,"custom_string":"this is a test","user_id":1,"subaccount_id":1,"country":"AU",'
        '"carrier":"Telstra","status":"SUCCESS"}]}}',
        webhooks=[
            (
                "message",
                "timestamp=~EPOCH~&from=~TOQ~&body=~TEXTQ~&message=~TEXTQ~&sms=~FROMQ~&to=~FROMQ~&message_id=~UUID2~&originalbody=hey+you+there&"
                "originalmessageid=~UUID3~&subaccount_id=1&user_id=1",
            ),
            (
                "delivered",
                "timestamp_send=~EPOCH~&timestamp=~EPOCH~&message_id=~UUID~&status=Delivered&status_code=201&status_text=Success%3A+Message+"
                "received+on+handset.&error_code=&error_text=&custom_string=this+is+a+test&user_id=1&subaccount_id=1&message_type=sms",
            ),
            (
                "other",
                "timestamp_send=~EPOCH~&timestamp=~EPOCH~&message_id=~UUID~&status=Undelivered&status_code=301&status_text=Undelivered&"
                "error_code=301&error_text=x&custom_string=this+is+a+test&user_id=1&subaccount_id=1&message_type=sms",
            ),
        ],
    ),
    ProviderCase(
        name="plivo-like",
        send=curl_json(
            "https://api.b6.example/v1/Account/MAXXYZ1234567890ABCD/Message/",
            '{"src":"~FROM~","dst":"~TO~","text":"~TEXT~"}',
            BASIC,
        ),
        reply='{"message":"message(s) queued","message_uuid":["~UUID~"],"api_id":"b5a2e3c4-e8cb-11ed-8d3a-0242ac110004"}',
        webhooks=[
            (
                "message",
                "From=~to~&MessageIntent=&MessageUUID=~UUID2~&PowerpackUUID=&Text=~TEXTQ~&To=~from~&TotalAmount=0&TotalRate=0&Type=sms&Units=1",
            ),
            (
                "delivered",
                "From=~from~&MessageUUID=~UUID~&ParentMessageUUID=~UUID~&PartInfo=1+of+1&QueuedTime=~TIMEQ~&Status=delivered&To=~to~&TotalAmount=0&Units=1&ErrorCode=000",
            ),
            (
                "other",
                "From=~from~&MessageUUID=~UUID~&ParentMessageUUID=~UUID~&PartInfo=1+of+1&QueuedTime=~TIMEQ~&Status=undelivered&To=~to~&TotalAmount=0&Units=1&ErrorCode=450",
            ),
        ],
    ),
    ProviderCase(
        name="elks-form",
        send=curl_form("https://api.b7.example/a1/sms", "from=~FROM~", "to=~TO~", "message=~TEXT~"),
        reply='{"status":"created","direction":"outgoing","from":"~FROM~","created":"~TIME~","parts":1,"to":"~TO~","cost":3500,"message":"~TEXT~","id":"s~HEX~"}',
        webhooks=[
            ("message", "direction=incoming&id=s~HEX2~&from=~TOQ~&to=~FROMQ~&created=~TIMEQ~&message=~TEXTQ~"),
            ("delivered", "id=s~HEX~&status=delivered&delivered=~TIMEQ~"),
            ("other", "id=s~HEX~&status=failed"),
        ],
    ),
    ProviderCase(
        name="seven-like-data",
        send=curl_form(
            "https://gateway.b8.example/api/sms",
            "to=~to~",
            "from=~from~",
            "text=~TEXT~",
            "json=1",
            auth="-d p=Kx9f8e7d6c5b4a3f2e1d0",
        ),
        reply='{"success":"100","total_price":0.075,"balance":46.748,"debug":"false","sms_type":"direct","messages":[{"id":"~NUM~","sender":"~from~",'
        '"recipient":"~to~","text":"~TEXT~","encoding":"gsm","parts":1,"price":0.075,"success":true,"error":null}]}',
        webhooks=[
            (
                "message",
                '{"webhook_event":"sms_mo","webhook_timestamp":"~TIME~","data":{"id":"~OTHERNUM~","sender":"~to~","system":"~from~","text":"~TEXT~","time":"~EPOCH~"}}',
            ),
            (
                "delivered",
                '{"webhook_event":"dlr","webhook_timestamp":"~TIME~","data":{"msg_id":"~NUM~","status":"DELIVERED","timestamp":"~TIME~"}}',
            ),
            (
                "other",
                '{"webhook_event":"dlr","webhook_timestamp":"~TIME~","data":{"msg_id":"~NUM~","status":"NOTDELIVERED","timestamp":"~TIME~"}}',
            ),
        ],
    ),
    ProviderCase(
        name="gateway-recipients",
        send=curl_json(
            "https://b9.example/rest/mtsms",
            '{"sender":"Acme","message":"~TEXT~","recipients":[{"msisdn":~to~}]}',
            "-u 'Kx9f8e7d6c5b4a3f2e1d0:'",
        ),
        reply='{"ids":[~NUM~],"usage":{"countries":{"DK":1},"currency":"DKK","total_cost":0.12}}',
        webhooks=[
            (
                "message",
                '{"id":~OTHERNUM~,"msisdn":~to~,"receiver":1204,"message":"~TEXT~","senttime":~EPOCH~,"webhook_label":"test"}',
            ),
            (
                "delivered",
                '{"id":~NUM~,"msisdn":~to~,"time":~EPOCH~,"status":"DELIVERED","error":"","code":"","userref":""}',
            ),
            (
                "other",
                '{"id":~NUM~,"msisdn":~to~,"time":~EPOCH~,"status":"UNDELIVERED","error":"Absent","code":"0x1","userref":""}',
            ),
        ],
    ),
    ProviderCase(
        name="ringotel-own-page",
        send=curl_json(
            "https://sms.c1.example/hook",
            '{"from":"~FROM~","to":"~TO~","extension":"101","domain":"acme","content":"~TEXT~"}',
        ),
        reply='{"data":{"id":"~UUID~"}}',
        webhooks=[
            ("message", '{"method":"message","params":{"from":"~TO~","to":"~FROM~","content":"~TEXT~"}}'),
            ("mms", '{"method":"file","params":{"from":"~TO~","to":"~FROM~","text":"~TEXT~","url":"~FILE~"}}'),
            ("delivered", '{"method":"delivered","params":{"messageid":"~UUID~"}}'),
        ],
    ),
    ProviderCase(
        name="short-ids-everywhere",
        send=curl_json("https://api.c2.example/send", '{"to":"~TO~","from":"~FROM~","text":"~TEXT~"}'),
        reply='{"id":"m-~N~","session":"s~N~","ref":"SM~N~"}',
        webhooks=[
            (
                "message",
                '{"event":"incoming","id":"m-~N~","session":"s~N~","ref":"sf~N~","from":"~TO~","to":"~FROM~","text":"~TEXT~"}',
            ),
            ("delivered", '{"event":"delivered","id":"m-~N~","session":"s~N~","ref":"SM~N~"}'),
            ("other", '{"event":"failed","id":"m-~N~","session":"s~N~","ref":"SM~N~"}'),
        ],
    ),
    ProviderCase(
        name="conversations-author",
        send=curl_form(
            "https://conversations.c3.example/v1/Services/IS0123456789abcdef0123456789abcdef/Messages",
            "Author=~FROM~",
            "Body=~TEXT~",
            "Address=~TO~",
        ),
        reply='{"sid":"IM~HEX~","account_sid":"AC0123456789abcdef0123456789abcdef","service_sid":"IS0123456789abcdef0123456789abcdef","author":"~FROM~","body":"~TEXT~","index":~N~}',
    ),
    ProviderCase(
        name="command-in-one-field",
        send=curl_json("https://api.c4.example/cmd", '{"cmd":"SEND ~TO~ ~TEXT~"}'),
        reply='{"id":"~UUID~"}',
        hints={"to": "~TO~", "content": "~TEXT~"},
    ),
    ProviderCase(
        name="command-without-hints",
        send=curl_json("https://api.c4.example/cmd", '{"cmd":"SEND ~TO~ ~TEXT~"}'),
        reply='{"id":"~UUID~"}',
        incomplete="recipient",
    ),
    ProviderCase(
        name="numbers-in-the-path",
        send="curl -X POST https://api.c5.example/send/~to~-~from~ -u ACCOUNT77:s3cr3tT0ken99 --data-urlencode 'text=~TEXT~'",
        reply='{"id":"~UUID~"}',
        hints={"to": "~to~", "from": "~from~"},
    ),
    ProviderCase(
        name="json-in-a-form-field",
        send=curl_form("https://api.c6.example/send", 'payload={"to":"~TO~","from":"~FROM~","text":"~TEXT~"}'),
        reply='{"id":"~UUID~"}',
    ),
    ProviderCase(
        name="xml-in-a-form-field",
        send=curl_form(
            "https://api.c7.example/send", "xml=<sms><to>~to~</to><from>~from~</from><text>~TEXT~</text></sms>"
        ),
        reply='{"id":"~UUID~"}',
    ),
    ProviderCase(
        name="second-copy-of-the-text",
        send=curl_json("https://api.c8.example/send", '{"to":"~TO~","body":"~TEXT~","sms":{"body":"~TEXT~"}}'),
        incomplete="also in sms.body",
    ),
    ProviderCase(
        name="number-as-a-key",
        send=curl_json("https://api.c9.example/send", '{"messages":{"~TO~":"~TEXT~"}}'),
        incomplete="key",
    ),
    ProviderCase(
        name="second-recipient",
        send=curl_json("https://api.d1.example/send", '{"to":"~TO~","cc":"+15557770000","msg":"~TEXT~"}'),
    ),
    ProviderCase(
        name="recipients-list-of-objects",
        send=curl_json(
            "https://api.d2.example/send",
            '{"body":"~TEXT~","sender":"~FROM~","recipients":[{"number":"~TO~"},{"number":"+15557770000"}]}',
        ),
        reply='{"requestId":"r-~N~","messages":[{"id":"~UUID~","number":"~TO~"},{"id":"~UUID2~","number":"+15557770000"}]}',
        webhooks=[
            ("delivered", '{"id":"~UUID~","status":"delivered"}'),
            ("other", '{"id":"~UUID~","status":"failed"}'),
        ],
    ),
    ProviderCase(
        name="header-key",
        send=curl_json(
            "https://api.d3.example/send", '{"to":"~TO~","text":"~TEXT~"}', "-H 'X-Api-Key: k9f8e7d6c5b4a3f2e1'"
        ),
        incomplete="authenticate",
    ),
    ProviderCase(
        name="different-forms-of-ids",
        send=curl_json("https://api.d4.example/send", '{"to":"~TO~","text":"~TEXT~"}'),
        reply='{"id":"99~N~"}',
        webhooks=[("delivered", '{"id":"msg_99~N~","status":"delivered"}')],
        incomplete="receipts may never match",
    ),
    ProviderCase(
        name="batch-id-and-id",
        send=curl_json("https://api.d5.example/send", '{"to":"~TO~","text":"~TEXT~"}'),
        reply='{"batchId":"~HEX~","count":1}',
        webhooks=[("delivered", '{"id":"~HEX2~","status":"delivered"}')],
        incomplete="receipts may never match",
    ),
    ProviderCase(
        name="receipt-without-a-word",
        send=curl_json("https://api.d6.example/send", '{"to":"~TO~","text":"~TEXT~"}'),
        reply='{"id":"~HEX~"}',
        webhooks=[("delivered", '{"id":"~HEX~","done":"~TIME~"}')],
        incomplete="delivered",
    ),
    ProviderCase(
        name="numeric-status-codes",
        send=curl_json("https://api.d7.example/send", '{"to":"~TO~","text":"~TEXT~"}'),
        reply='{"messageId":"~HEX~"}',
        webhooks=[
            ("delivered", '{"messageId":"~HEX~","status":1,"time":~EPOCH~}'),
            ("other", '{"messageId":"~HEX~","status":2,"time":~EPOCH~}'),
        ],
    ),
    ProviderCase(
        name="boolean-receipts",
        send=curl_json("https://api.d8.example/v1/messages", '{"from":"~from~","to":["~to~"],"text":"~TEXT~"}'),
        reply='{"success":true,"detail":"Queued","result":{"referenceId":"~HEX~"}}',
        webhooks=[
            (
                "message",
                '{"to":["~from~"],"from":"~to~","text":"~TEXT~","referenceId":"~HEX2~","deliveryReceipt":false,"rawText":"~TEXT~"}',
            ),
            (
                "delivered",
                '{"to":["~from~"],"from":"~to~","text":"id:~N~ sub:001 dlvrd:001 done date:~EPOCH~ stat:DELIVRD err:000","referenceId":"~HEX~","deliveryReceipt":true}',
            ),
        ],
        incomplete="delivered",
    ),
    ProviderCase(
        name="two-kinds-of-receipts",
        send=curl_json("https://api.d9.example/outbound", '{"to":"~TO~","from":"~FROM~","message":"~TEXT~"}'),
        reply='{"ok":true,"messageId":"~UUID~"}',
        webhooks=[
            (
                "message",
                '{"kind":"MO","sourceAddress":"~TO~","destinationAddress":"~FROM~","messageText":"~TEXT~","messageId":"~UUID2~","receivedDate":"~TIME~"}',
            ),
            (
                "mms",
                '{"kind":"MO","sourceAddress":"~TO~","destinationAddress":"~FROM~","messageText":"~TEXT~","messageId":"~UUID2~","receivedDate":"~TIME~","attachments":["~FILE~"]}',
            ),
            (
                "delivered",
                '{"kind":"DLR","messageId":"~UUID~","sourceAddress":"~FROM~","destinationAddress":"~TO~","deliveryState":"DELIVERED","date":"~TIME~"}',
            ),
            (
                "other",
                '{"kind":"DLR","messageId":"~UUID~","sourceAddress":"~FROM~","destinationAddress":"~TO~","deliveryState":"REJECTED","date":"~TIME~"}',
            ),
        ],
    ),
    ProviderCase(
        name="german-names",
        send=curl_json(
            "https://api.e1.example/senden", '{"empfaenger":"~TO~","absender":"~FROM~","nachricht":"~TEXT~"}'
        ),
        reply='{"msgid":"~NUM~"}',
    ),
    ProviderCase(
        name="spanish-names",
        send=curl_form("https://api.e2.example/enviar", "numero=~to~", "remitente=~from~", "mensaje=~TEXT~"),
        reply='{"resultado":[{"id_mensaje":"x","messageid":"~NUM~"}]}',
    ),
    ProviderCase(
        name="chat-with-sender-identity",
        send=curl_json(
            "https://api.e3.example/v1/projects/proj-7788aa/messages:send",
            '{"app_id":"01EB37HMH1M6SV18BSNS3G135H","recipient":{"identified_by":{"channel_identities":[{"channel":"SMS","identity":"~TO~"}]}},'
            '"message":{"text_message":{"text":"~TEXT~"}},"channel_properties":{"SMS_SENDER":"~FROM~"}}',
        ),
        reply='{"message_id":"~HEX~","accepted_time":"~TIME~"}',
        webhooks=[
            (
                "message",
                '{"app_id":"01EB37HMH1M6SV18BSNS3G135H","accepted_time":"~TIME~","project_id":"proj-7788aa","message":{"id":"~HEX2~","direction":"TO_APP",'
                '"contact_message":{"text_message":{"text":"~TEXT~"}},"channel_identity":{"channel":"SMS","identity":"~to~","app_id":"01EB37HMH1M6SV18BSNS3G135H"},'
                '"conversation_id":"~HEX3~","contact_id":"~HEX3~","sender_id":"~from~"}}',
            ),
            (
                "delivered",
                '{"app_id":"01EB37HMH1M6SV18BSNS3G135H","project_id":"proj-7788aa","message_delivery_report":{"message_id":"~HEX~","conversation_id":"~HEX3~",'
                '"status":"DELIVERED","channel_identity":{"channel":"SMS","identity":"~to~"},"contact_id":"~HEX3~"}}',
            ),
            (
                "other",
                '{"app_id":"01EB37HMH1M6SV18BSNS3G135H","project_id":"proj-7788aa","message_delivery_report":{"message_id":"~HEX~","conversation_id":"~HEX3~",'
                '"status":"FAILED","channel_identity":{"channel":"SMS","identity":"~to~"},"contact_id":"~HEX3~"}}',
            ),
        ],
    ),
    ProviderCase(
        name="serials-and-sources",
        send=curl_json(
            "https://api.e4.example/send",
            '{"to":"~TO~","from":"~FROM~","text":"~TEXT~","source":"portal","device_serial":"9988776655","priority":1}',
        ),
        reply='{"message":{"id":"~UUID~","serial":"9988776655"}}',
    ),
    ProviderCase(
        name="telemessage",
        send=curl_json(
            "https://rest.e5.example/rest/message",
            '{"senderAddress":"tel:~FROM~","address":["tel:~TO~"],"outboundSMSTextMessage":{"message":"~TEXT~"}}',
            BASIC,
        ),
        reply='{"outboundSMSMessageRequest":{"resourceURL":"https://rest.e5.example/outbound/~UUID~","messageId":"~UUID~"}}',
    ),
    ProviderCase(
        name="mms-with-media-list",
        send=curl_json("https://api.e6.example/messages", '{"from":"~FROM~","to":"~TO~","text":"~TEXT~"}'),
        reply='{"data":{"id":"~UUID~"}}',
        webhooks=[
            (
                "message",
                '{"event":"sms.received","data":{"id":"~UUID2~","from":"~TO~","to":"~FROM~","text":"~TEXT~","media":[]}}',
            ),
            (
                "mms",
                '{"event":"mms.received","data":{"id":"~UUID2~","from":"~TO~","to":"~FROM~","text":"~TEXT~","media":[{"url":"~FILE~","content_type":"image/png","size":1234}]}}',
            ),
            ("delivered", '{"event":"message.delivered","data":{"id":"~UUID~","to":"~TO~"}}'),
            ("other", '{"event":"message.undelivered","data":{"id":"~UUID~","to":"~TO~"}}'),
        ],
    ),
    ProviderCase(
        name="same-event-for-sms-and-mms",
        send=curl_json("https://api.e7.example/messages", '{"from":"~FROM~","to":"~TO~","text":"~TEXT~"}'),
        reply='{"guid":"~UUID~"}',
        webhooks=[
            (
                "message",
                '{"event":"inbound","guid":"~UUID2~","from":"~TO~","to":"~FROM~","text":"~TEXT~","num_media":"0"}',
            ),
            (
                "mms",
                '{"event":"inbound","guid":"~UUID2~","from":"~TO~","to":"~FROM~","text":"~TEXT~","num_media":"1","media_url":"~FILE~"}',
            ),
        ],
    ),
    ProviderCase(
        name="query-webhooks",
        send="curl 'https://api.e8.example/rest.php?api_username=ACCOUNT77&api_password=s3cr3tT0ken99&method=sendSMS&did=~from~&dst=~to~&message=~TEXTQ~'",
        reply='{"status":"success","sms":~NUM~}',
        webhooks=[
            (
                "message",
                "GET /hook?to=~from~&from=~to~&message=~TEXTQ~&id=~OTHERNUM~&date=~TIMEQ~ HTTP/1.1\r\nHost: x.example\r\n\r\n",
            )
        ],
    ),
    ProviderCase(
        name="commio-form",
        send=curl_json(
            "https://api.e9.example/account/22334/product/origination/sms/send",
            '{"from_did":"~from~","to_did":"~to~","message":"~TEXT~"}',
            BASIC,
        ),
        reply='{"guid":"~UUID~"}',
        webhooks=[
            ("message", "id=~UUID2~&from=~to~&to=~from~&message=~TEXTQ~&type=sms"),
            ("mms", "id=~UUID2~&from=~to~&to=~from~&message=~FILEQ~&type=mms"),
        ],
    ),
    ProviderCase(
        name="bulk-text-with-encoding",
        send=curl_json(
            "https://api.f1.example/v1/messages",
            '{"from":"~FROM~","to":"~TO~","body":"~TEXT~","encoding":"UNICODE","longMessageMaxParts":99}',
            BASIC,
        ),
        reply='[{"id":"~NUM~","type":"SENT","from":"~from~","to":"~to~","body":"~TEXT~","encoding":"TEXT","protocolId":0,"messageClass":0,'
        '"submission":{"id":"2-00000000000522347562","date":"~TIME~"},"status":{"id":"ACCEPTED.null","type":"ACCEPTED","subtype":null},"relatedSentMessageId":null,"userSuppliedId":null}]',
        webhooks=[
            (
                "message",
                '[{"id":"~OTHERNUM~","type":"RECEIVED","from":"~to~","to":"~from~","body":"~TEXT~","encoding":"TEXT","receivedDate":"~TIME~"}]',
            ),
            (
                "delivered",
                '[{"id":"~NUM~","type":"SENT","from":"~from~","to":"~to~","body":"~TEXT~","encoding":"TEXT","submission":{"id":"2-~N~","date":"~TIME~"},"status":{"id":"DELIVERED.null","type":"DELIVERED","subtype":null}}]',
            ),
            (
                "other",
                '[{"id":"~NUM~","type":"SENT","from":"~from~","to":"~to~","body":"~TEXT~","encoding":"TEXT","submission":{"id":"2-~N~","date":"~TIME~"},"status":{"id":"FAILED.EXPIRED","type":"FAILED","subtype":"EXPIRED"}}]',
            ),
        ],
    ),
    ProviderCase(
        name="cm-messages",
        send=curl_json(
            "https://gw.f2.example/v1.0/message",
            '{"messages":{"authentication":{"producttoken":"a1b2c3d4-e5f6-7788-99aa-bbccddeeff00"},"msg":[{"from":"~FROM~","to":[{"number":"~TO~"}],"body":{"type":"auto","content":"~TEXT~"},"reference":"my-ref"}]}}',
            NONE,
        ),
        reply='{"details":"Created 1 message(s)","errorCode":0,"messages":[{"to":"~TO~","status":"Accepted","reference":"my-ref","parts":1,"messageDetails":null,"messageErrorCode":0}]}',
        incomplete="no message id",
    ),
    ProviderCase(
        name="telstra-like",
        send=curl_json(
            "https://products.f3.example/messaging/v3/messages",
            '{"to":"~TO~","from":"~FROM~","messageContent":"~TEXT~"}',
        ),
        reply='{"messageId":"~UUID~","status":"queued","to":"~TO~","from":"~FROM~","messageContent":"~TEXT~","retryTimeout":10,"deliveryNotification":false}',
        webhooks=[
            (
                "message",
                '{"to":"~FROM~","from":"~TO~","timestamp":"~TIME~","messageId":"~UUID2~","messageContent":"~TEXT~","direction":"incoming","multimedia":null}',
            ),
            (
                "delivered",
                '{"to":"~TO~","from":"~FROM~","timestamp":"~TIME~","deliveryStatus":"delivered","messageId":"~UUID~","errorCode":null}',
            ),
            (
                "other",
                '{"to":"~TO~","from":"~FROM~","timestamp":"~TIME~","deliveryStatus":"expired","messageId":"~UUID~","errorCode":"E1"}',
            ),
        ],
    ),
    ProviderCase(
        name="openphone-like",
        send=curl_json("https://api.f4.example/v1/messages", '{"content":"~TEXT~","from":"~FROM~","to":["~TO~"]}'),
        reply='{"data":{"id":"AC~HEX~","to":["~TO~"],"from":"~FROM~","text":"~TEXT~","phoneNumberId":"PN123abc","direction":"outgoing","userId":"US123abc","status":"queued","createdAt":"~TIME~"}}',
        webhooks=[
            (
                "message",
                '{"id":"EV~HEX3~","object":"event","apiVersion":"v3","createdAt":"~TIME~","type":"message.received","data":{"object":{"id":"AC~HEX2~","from":"~TO~","to":"~FROM~","direction":"incoming","body":"~TEXT~","media":[],"status":"received","createdAt":"~TIME~","userId":"US123abc","phoneNumberId":"PN123abc","conversationId":"CN~HEX3~"}}}',
            ),
            (
                "delivered",
                '{"id":"EV~HEX3~","object":"event","apiVersion":"v3","createdAt":"~TIME~","type":"message.delivered","data":{"object":{"id":"AC~HEX~","from":"~FROM~","to":"~TO~","direction":"outgoing","body":"~TEXT~","media":[],"status":"delivered","createdAt":"~TIME~","userId":"US123abc","phoneNumberId":"PN123abc","conversationId":"CN~HEX3~"}}}',
            ),
        ],
    ),
    ProviderCase(
        name="callback-url-in-request",
        send=curl_json(
            "https://api.f5.example/sms",
            '{"from":"~FROM~","to":"~TO~","text":"~TEXT~","dlr_url":"https://my.server.example/dlr","test_mode":true,"send_at":"2026-01-02T10:00:00Z"}',
        ),
        reply='{"sms_id":"~UUID~","project_id":"p-77"}',
    ),
    ProviderCase(
        name="smsc-form-reply-json",
        send="curl 'https://f6.example/sys/send.php?login=ACCOUNT77&psw=s3cr3tT0ken99&phones=~to~&mes=~TEXTQ~&fmt=3'",
        reply='{"id":~NUM~,"cnt":1}',
        webhooks=[
            ("message", "phone=~to~&mes=~TEXTQ~&to=~from~&sms_id=~OTHERNUM~&md5=~HEX3~&sha1=~HEX3~&time=~TIMEQ~"),
        ],
    ),
    ProviderCase(
        name="zipwhip-like",
        send=curl_form(
            "https://api.f7.example/message/send",
            "session=Kx9f8e7d6c5b4a3f2e1d0:77",
            "contacts=~TO~",
            "body=~TEXT~",
            auth="",
        ),
        reply='{"success":true,"response":{"fingerprint":"~NUM~","root":"~NUM~x","tokens":[{"message":"~NUM~00","device":1,"contact":5}]}}',
        incomplete="no message id",
    ),
    ProviderCase(
        name="event-field-in-meta",
        send=curl_json("https://api.f8.example/v1/sms", '{"to":"~TO~","from":"~FROM~","message":"~TEXT~"}'),
        reply='{"result":{"message_sid":"~HEX~","batch_size":1}}',
        webhooks=[
            (
                "message",
                '{"meta":{"event":"sms.inbound","at":"~TIME~","delivery":"d-~N~"},"sms":{"sid":"~HEX2~","sender":"~TO~","recipient":"~FROM~","text":"~TEXT~"}}',
            ),
            (
                "delivered",
                '{"meta":{"event":"sms.status","at":"~TIME~","delivery":"d-~N~"},"sms":{"sid":"~HEX~","status":"DELIVRD"}}',
            ),
            (
                "other",
                '{"meta":{"event":"sms.status","at":"~TIME~","delivery":"d-~N~"},"sms":{"sid":"~HEX~","status":"UNDELIV"}}',
            ),
        ],
    ),
    ProviderCase(
        name="state-object",
        send=curl_json(
            "https://api.f9.example/api/notifications/v2/sms",
            '{"phone_number":"~TO~","sender":"~FROM~","body":"~TEXT~","personalisation":{}}',
        ),
        reply='{"notification_id":"~UUID~","state":{"code":"ACCEPTED"}}',
        webhooks=[
            ("delivered", '{"id":"~UUID~","to":"~TO~","state":{"code":"DELIVERED","at":"~TIME~"},"type":"sms"}'),
            ("other", '{"id":"~UUID~","to":"~TO~","state":{"code":"UNDELIVERABLE","at":"~TIME~"},"type":"sms"}'),
        ],
    ),
    ProviderCase(
        name="parts-and-counts",
        send=curl_json("https://api.g1.example/sms", '{"dest":"~TO~","orig":"~FROM~","content":"~TEXT~"}'),
        reply='{"messages":1,"parts":1,"version":"2.1","tracking_id":"~HEX~"}',
        webhooks=[
            ("delivered", '{"tracking_id":"~HEX~","version":"2.1","parts":1,"dlr_status":"DELIVRD"}'),
            ("other", '{"tracking_id":"~HEX~","version":"2.1","parts":1,"dlr_status":"EXPIRED"}'),
        ],
    ),
    ProviderCase(
        name="signed-request",
        send=curl_json(
            "https://api.g2.example/sms",
            '{"to":"~TO~","text":"~TEXT~","timestamp":"~EPOCH~","signature":"9f86d081884c7d659a2feaa0c55ad015"}',
            NONE,
        ),
        incomplete="signature",
    ),
    ProviderCase(
        name="multipart",
        send="curl https://api.g3.example/send -u ACCOUNT77:s3cr3tT0ken99 -F to=~TO~ -F 'text=~TEXT~' -F from=~FROM~",
        reply='{"id":"~UUID~"}',
        incomplete="multipart",
    ),
    ProviderCase(
        name="packed-webhook",
        send=curl_json("https://api.g4.example/send", '{"to":"~TO~","text":"~TEXT~"}'),
        reply='{"id":"~UUID~"}',
        webhooks=[
            ("message", "payload=%7B%22from%22%3A%22~to~%22%2C%22to%22%3A%22~from~%22%2C%22text%22%3A%22~TEXTQ~%22%7D")
        ],
        incomplete="incoming messages will not be received",
    ),
    ProviderCase(
        name="lists-of-short-words",
        send=curl_json(
            "https://api.g5.example/v1/sms",
            '{"messages":[{"to":"~TO~","from":"~FROM~","content":"~TEXT~"},{"to":"+15557770000","from":"~FROM~","content":"Second text"}]}',
        ),
        reply='{"messages":[{"messageId":"~HEX~"},{"messageId":"~HEX2~"}]}',
        webhooks=[
            ("delivered", '{"messageId":"~HEX~","status":"Delivered to handset"}'),
            ("other", '{"messageId":"~HEX~","status":"Rejected"}'),
        ],
    ),
    ProviderCase(
        name="account-number-beside",
        send=curl_json(
            "https://api.g6.example/v1/sms",
            '{"account_number":"4455667788","to":"~TO~","from":"~FROM~","text":"~TEXT~"}',
        ),
        reply='{"id":"~UUID~","account_number":"4455667788"}',
        webhooks=[
            (
                "message",
                '{"account_number":"4455667788","id":"~UUID2~","sender":"~TO~","receiver":"~FROM~","text":"~TEXT~","order_number":"~NUM~"}',
            )
        ],
    ),
    ProviderCase(
        name="custom-data-echo",
        send=curl_json(
            "https://api.g7.example/v1/sms", '{"to":"~TO~","from":"~FROM~","text":"~TEXT~","messageId":"my-own-4411"}'
        ),
        reply='{"messageId":"my-own-4411","providerId":"~UUID~"}',
        webhooks=[
            ("delivered", '{"messageId":"my-own-4411","providerId":"~UUID~","status":"delivered"}'),
            ("other", '{"messageId":"my-own-4411","providerId":"~UUID~","status":"failed"}'),
        ],
    ),
    ProviderCase(
        name="numbers-with-a-host",
        send=curl_json(
            "https://api.h1.example/v1/sms", '{"to":"sip:~TO~@h1.example","from":"tel:~FROM~","text":"~TEXT~"}'
        ),
    ),
    ProviderCase(
        name="indexed-form-keys",
        send=curl_form(
            "https://api.h2.example/v1/sms",
            "to=~to~",
            "text=~TEXT~",
            "from=~from~",
        ),
        reply='{"sid":"SM~HEX~","profile":{"id":"p-778899"}}',
    ),
    ProviderCase(
        name="reply-to-number",
        send=curl_json("https://api.h3.example/v1/sms", '{"to":"~TO~","reply_to":"+15557770000","text":"~TEXT~"}'),
        incomplete="reply_to",
    ),
    ProviderCase(
        name="country-code-apart",
        send=curl_json("https://api.h4.example/v1/sms", '{"country_code":"1","phone":"5550002222","message":"~TEXT~"}'),
        incomplete="country code",
    ),
    ProviderCase(
        name="number-in-the-path-in-another-form",
        send=curl_json(
            "https://api.h5.example/v1/numbers/~from~/messages", '{"from":"~FROM~","to":"~TO~","text":"~TEXT~"}', BASIC
        ),
        incomplete="another form",
    ),
    ProviderCase(
        name="text-in-hexadecimal",
        send=curl_json("https://api.h6.example/v1/sms", '{"to":"~TO~","text":"00480065006C006C006F","coding":"ucs2"}'),
        incomplete="encoded",
    ),
    ProviderCase(
        name="login-like-a-number",
        send="curl 'https://api.h7.example/s?username=15551234567&password=p4ssw0rdx&from=~from~&to=~to~&text=~TEXTQ~'",
        reply='{"data":{"smsId":"~NUM~"},"account":{"id":"acc-778899"}}',
    ),
    ProviderCase(
        name="test-server",
        send="curl http://10.0.0.5:8080/send -d to=~to~ --data-urlencode 'text=~TEXT~'",
        incomplete="https",
    ),
    ProviderCase(
        name="computed-timestamp",
        send="curl https://api.h8.example/send -d to=~to~ -d ts=$(date +%s) -d salt=$RANDOM --data-urlencode 'text=~TEXT~'",
        incomplete="salt",
    ),
    ProviderCase(
        name="list-of-named-fields",
        send=curl_json(
            "https://api.i1.example/v1/sms",
            '{"fields":[{"name":"apikey","value":"9f86d081884c7d659a2feaa0c55ad015"},{"name":"to","value":"~TO~"},'
            '{"name":"from","value":"~FROM~"},{"name":"text","value":"~TEXT~"},{"name":"route","value":"4"},'
            '{"name":"pin","value":"48213977"}]}',
            NONE,
        ),
    ),
    ProviderCase(
        name="parameters-by-position",
        send=curl_json(
            "https://api.i2.example/v1/rpc",
            '{"method":"sms.send","params":["joe","k-99ab77cd","~TO~","~TEXT~",true]}',
            NONE,
        ),
        hints={"to": "~TO~", "content": "~TEXT~"},
    ),
    ProviderCase(
        name="webhook-of-an-outgoing-message",
        send=curl_json("https://api.i3.example/v1/sms", '{"to":"~TO~","from":"~FROM~","text":"~TEXT~"}'),
        webhooks=[("message", '{"direction":"outbound","from":"~FROM~","to":"~TO~","text":"~TEXT~"}')],
        incomplete="reports a message that was sent",
    ),
    ProviderCase(
        name="webhook-with-a-list-of-fields",
        send=curl_json("https://api.i4.example/v1/sms", '{"to":"~TO~","from":"~FROM~","text":"~TEXT~"}'),
        webhooks=[
            (
                "message",
                '{"to":"~from~","fields":[{"name":"from","value":"~to~"},{"name":"text","value":"Hello everybody"}]}',
            )
        ],
        hints={"content": "Hello everybody"},
        incomplete='a pattern cannot tell apart the values "value"',
    ),
    ProviderCase(
        name="key-alone-in-a-basic-header",
        send=curl_json(
            "https://api.i5.example/v1/sms",
            '{"to":"~TO~","text":"~TEXT~"}',
            "-H 'Authorization: Basic QTFCMkMzRDQtRTVGNi03ODkw'",
        ),
        incomplete="it cannot authenticate",
    ),
    ProviderCase(
        name="body-of-a-get-request",
        send=curl_json("https://api.i6.example/v1/sms", '{"to":"~TO~","text":"~TEXT~"}').replace("-X POST", "-X GET"),
        incomplete="GET with a body",
    ),
    ProviderCase(
        name="reply-of-a-rejected-request",
        send=curl_json("https://api.i7.example/v1/sms", '{"to":"~TO~","text":"~TEXT~"}'),
        reply='HTTP/1.1 401 Unauthorized\nContent-Type: application/json\n\n{"id":"~HEX~","message":"Unauthorized"}',
        incomplete="that of a rejected request",
    ),
    ProviderCase(
        name="year-in-the-path",
        send=curl_json(
            "https://api.i8.example/2010/sms/20240601/send", '{"to":"~TO~","from":"~FROM~","text":"~TEXT~"}'
        ),
    ),
    ProviderCase(
        name="account-number-without-quotes",
        send=curl_json(
            "https://api.j1.example/v1/sms", '{"account":77123,"to":"~TO~","from":"~FROM~","text":"~TEXT~"}'
        ),
    ),
    ProviderCase(
        name="channels-of-one-message",
        send=curl_json(
            "https://api.j2.example/v1/sms",
            '{"to":"~TO~","channels":[{"type":"whatsapp","text":"~TEXT~"},{"type":"sms","text":"~TEXT~"}]}',
        ),
        incomplete="the sample's text is also in channels.text",
    ),
    ProviderCase(
        name="several-messages-in-one-webhook",
        send=curl_json("https://api.j3.example/v1/sms", '{"to":"~TO~","from":"~FROM~","text":"~TEXT~"}'),
        webhooks=[
            (
                "message",
                '{"messages":[{"from":"~TO~","to":"~FROM~","text":"~TEXT~"},{"from":"+15557770000","to":"~FROM~","text":"Yo"}]}',
            )
        ],
        incomplete="some incoming messages will be lost",
    ),
    ProviderCase(
        name="file-without-a-text",
        send=curl_json("https://api.j4.example/v1/sms", '{"to":"~TO~","from":"~FROM~","text":"~TEXT~"}'),
        webhooks=[("mms", '{"from":"~TO~","to":"~FROM~","text":null,"media":["~FILE~"]}')],
    ),
    ProviderCase(
        name="webhook-with-nested-lists",
        send=curl_json("https://api.j5.example/v1/sms", '{"to":"~TO~","from":"~FROM~","text":"~TEXT~"}'),
        webhooks=[("message", '{"from":"~to~","data":["Hello everybody",[{"to":"~from~"}]]}')],
        hints={"content": "Hello everybody"},
        incomplete="a pattern cannot tell apart",
    ),
    ProviderCase(
        name="contact-around-the-number",
        send=curl_json(
            "https://api.j6.example/v1/messages", '{"contacts":[{"mobile":{"number":"~to~"}}],"template":"~TEXT~"}'
        ),
        reply='{"data":{"job":{"id":"~HEX2~"},"messages":[{"id":"~HEX~","status":"queued"}]}}',
        webhooks=[
            (
                "message",
                '{"event":"message-received","payload":{"id":"~HEX2~","message":"~TEXT~","contact":{"mobile":{"number":"~TO~"}},'
                '"phoneNumber":{"number":"~FROM~"}}}',
            ),
            ("delivered", '{"event":"message-status","payload":{"id":"~HEX~","status":"delivered"}}'),
            ("other", '{"event":"message-status","payload":{"id":"~HEX~","status":"undelivered"}}'),
        ],
    ),
    ProviderCase(
        name="conversation-in-the-reply",
        send=curl_json("https://api.j7.example/v1/messages", '{"to":"~TO~","from":"~FROM~","text":"~TEXT~"}'),
        reply='{"message":{"id":"~NUM~","conversation_id":"4417"},"contact":{"id":"c-19"}}',
        webhooks=[
            (
                "delivered",
                '{"event":"message_updated","id":"~NUM~","status":"delivered","conversation":{"id":"4417"},"account":{"id":"1"}}',
            ),
            (
                "other",
                '{"event":"message_updated","id":"~NUM~","status":"failed","conversation":{"id":"4417"},"account":{"id":"1"}}',
            ),
        ],
    ),
    ProviderCase(
        name="sender-name-in-source",
        send=curl_json(
            "https://api.j8.example/v1/messages", '{"source":"Acme","destination":"~TO~","userData":"~TEXT~","ton":1}'
        ),
    ),
    ProviderCase(
        name="kind-of-sender-beside-its-value",
        send=curl_json(
            "https://api.j9.example/v1/messages",
            '{"sender_id":"gOwn","sender_id_value":"~from~","number":"~to~","text":"~TEXT~"}',
        ),
    ),
    ProviderCase(
        name="list-of-message-references",
        send=curl_json("https://api.k1.example/v1/batches", '{"to":["~TO~"],"from":"~FROM~","text":"~TEXT~"}'),
        reply='{"batch":{"id":"~NUM~","size":1},"accepted":[{"messageRef":"~HEX~","address":"~TO~"}]}',
        webhooks=[
            ("delivered", '{"kind":"receipt","state":"DELIVERED","messageRefs":["~HEX~"],"ts":~EPOCH~}'),
            ("other", '{"kind":"receipt","state":"FAILED","messageRefs":["~HEX~"],"ts":~EPOCH~}'),
        ],
    ),
    ProviderCase(
        name="domain-that-starts-with-my",
        send="curl https://api-v4.mysubmail.com/sms/send -d appid=10001 -d to=~to~ --data-urlencode 'content=~TEXT~'",
    ),
    ProviderCase(
        name="several-json-documents-in-one-webhook",
        send=curl_json("https://api.k2.example/v1/sms", '{"to":"~TO~","from":"~FROM~","text":"~TEXT~"}'),
        webhooks=[
            (
                "message",
                '{"from":"~TO~","to":"~FROM~","text":"~TEXT~"}\n{"from":"+15557770000","to":"~FROM~","text":"Yo"}\n',
            )
        ],
        incomplete="some incoming messages will be lost",
    ),
    ProviderCase(
        name="xml-body",
        send="curl https://api.k3.example/sms -H 'Content-Type: text/xml' -d '<sms><to>~to~</to><text>~TEXT~</text></sms>'",
        incomplete="the sample has a body of type text/xml",
    ),
    ProviderCase(
        name="xml-in-a-field-of-a-webhook",
        send=curl_json("https://api.k4.example/v1/sms", '{"to":"~TO~","from":"~FROM~","text":"~TEXT~"}'),
        webhooks=[("message", "xml=%3Cmo%3E%3Cfrom%3E~to~%3C%2Ffrom%3E%3Cbody%3EHi%3C%2Fbody%3E%3C%2Fmo%3E")],
        incomplete='the field "xml" contains XML as text',
    ),
    ProviderCase(
        name="parameters-in-xml-attributes",
        send=curl_form(
            "https://api.k5.example/xml",
            'xml=<r><param name="to" value="~TO~"/><param name="text">~TEXT~</param><param name="apikey">9f86d081a0</param></r>',
            auth="",
        ),
    ),
    ProviderCase(
        name="made-up-ids-of-different-things",
        send=curl_json("https://api.k6.example/dispatch", '{"to":"~TO~","from":"~FROM~","text":"~TEXT~"}'),
        reply='{"dispatch_uuid":"aaaaaaaa-bbbb-cccc-dddd-0123456789ab"}',
        webhooks=[
            ("delivered", '{"message_uuid":"aaaaaaaa-bbbb-cccc-dddd-0123456789ab","status":"delivered"}'),
            ("other", '{"message_uuid":"aaaaaaaa-bbbb-cccc-dddd-0123456789ab","status":"rejected"}'),
        ],
        incomplete='"dispatch_uuid" and "message_uuid" seem to identify different things',
    ),
    ProviderCase(
        name="id-of-the-device",
        send=curl_json(
            "https://api.k7.example/message", '{"textMessage":{"text":"~TEXT~"},"phoneNumbers":["~TO~"]}', BASIC
        ),
        reply='{"id":"x~HEX~","deviceId":"ffffffffceb0b1db","state":"Pending","recipients":[{"phoneNumber":"~TO~","state":"Pending"}]}',
        webhooks=[
            (
                "delivered",
                '{"deviceId":"ffffffffceb0b1db","event":"sms:delivered","id":"Ey~HEX3~","payload":{"messageId":"x~HEX~","phoneNumber":"~TO~"}}',
            ),
            (
                "other",
                '{"deviceId":"ffffffffceb0b1db","event":"sms:failed","id":"Ey~HEX3~","payload":{"messageId":"x~HEX~","phoneNumber":"~TO~","reason":"x"}}',
            ),
        ],
    ),
    ProviderCase(
        name="identifier-and-id-first",
        send="curl 'https://api.k8.example/invia?utente=acme&chiave=Lw92kq7&destinatario=~to~&mittente=~from~&testo=~TEXTQ~'",
        reply='{"esito":"OK","id_invio":"~NUM~","message":{"parts":1}}',
        webhooks=[
            ("delivered", "id_invio=~NUM~&stato=CONSEGNATO"),
            ("other", "id_invio=~NUM~&stato=FALLITO"),
        ],
    ),
    ProviderCase(
        name="numbers-in-two-formats",
        send=curl_json("https://api.k9.example/v1/sms", '{"to":"~TO~","from":"~FROM~","text":"~TEXT~"}'),
        webhooks=[
            (
                "message",
                '{"to":{"e164":"~FROM~","national":"555-1413"},"from":{"e164":"~TO~","national":"555-1359"},"body":"~TEXT~"}',
            )
        ],
    ),
    ProviderCase(
        name="credentials-in-netrc",
        send="curl -n https://api.l1.example/v1/sms -d to=~to~ --data-urlencode 'text=~TEXT~'",
        incomplete="its credentials are in ~/.netrc",
    ),
    ProviderCase(
        name="headers-in-a-file",
        send="curl -H @headers.txt https://api.l2.example/v1/sms -d to=~to~ --data-urlencode 'text=~TEXT~'",
        incomplete="its headers are in headers.txt, which was not read",
    ),
]

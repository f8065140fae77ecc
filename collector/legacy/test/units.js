// Functions of the script one by one. It is appended to a copy of the script, behind what stands in for Windows, and
// prints one line for each thing that is not as it should be.

var unit_failures = 0;

function same(what, found, expected) {
    if (String(found) != String(expected)) {
        unit_failures++;
        WScript.Echo("FAILED: " + what + ": " + found + " instead of " + expected);
    }
}

function all(what, check, list, expected) {
    for (var i = 0; i < list.length; i++) {
        same(what + " " + list[i], check(list[i]), expected);
    }
}

function secrets() {
    all("a secret name", isSecretName, ["password", "UserPass", "AnonymousUserPass", "WAMUserPass", "UNCPassword",
        "LogOdbcPassword", "SessionKey", "machineKey", "connectionString", "client-secret", "x:password"], true);
    all("a name", isSecretName, ["userName", "WAMUserName", "KeyType", "key", "AnonymousPasswordSync", "AuthFlags",
        "SSLCertHash", "Location", "PasswordChangeFlags", "AppPoolId", "Path"], false);
    all("a secret value", isSecretValue, ["[enc:AesProvider:AbC=:enc]", "Server=x;User Id=y;Password=z", "pwd = z",
        "run --password z", "/password z", "-pwd 'z'", "\"password\": \"z\"", "https://u:p@host/", "amqp://u:p/q@host",
        "https://x.blob.core.windows.net/?sv=1&sig=abc", "passwordpassword=z"], true);
    all("a value", isSecretValue, ["Password Reset", "*:443:www.contoso.com", "C:\\inetpub\\password",
        "https://host:8080/path", "HTTP/www.contoso.com", "CONTOSO\\svc-web", "https://host/~a@b"], false);
    all("a secret setting", isSecretSetting, ["DbPassword", "JWT:SigningKey", "SMTP_PWD", "Authorization"], true);
    same("a hint", isHinted("old Pass Word was x"), true);
}

function redacted(before) {
    known_secrets = [];
    try {
        var result = redactedXml(before);
        return result.text + " " + result.redactions;
    } catch (error) {
        return error.refused ? "refused" : "error: " + error.description;
    }
}

function markup() {
    same("attributes", redacted("<a userName='x' userPass='y'/>"), "<a userName='x' userPass='[REDACTED]'/> 1");
    same("lines", redacted("<a password=\"Sup\r\n3rS\r\ncret!\"\r\n b='1'/>"),
        "<a password=\"[REDACTED]\r\n\r\n\"\r\n b='1'/> 1");
    same("the other quote", redacted("<a password='x\" name=\"y'/>"), "<a password='[REDACTED]'/> 1");
    same("a tag in a value", redacted("<a password=\"x' y='z>\"/>"), "<a password=\"[REDACTED]\"/> 1");
    same("references", redacted("<a b='Server=x;&#80;assword&#x3d;y'/>"), "<a b='[REDACTED]'/> 1");
    same("settings", redacted("<add value='x' key='SmtpPassword'/>"), "<add value='[REDACTED]' key='SmtpPassword'/> 1");
    same("a custom property", redacted("<Custom Name='n' Value='x' Attributes='SECURE'/>"),
        "<Custom Name='n' Value='[REDACTED]' Attributes='SECURE'/> 1");
    same("a repeated secret", redacted("<a password='abcdef' title='my abcdef' Path='abcdef'/>"),
        "<a password='[REDACTED]' title='[REDACTED]' Path='abcdef'/> 2");
    same("comments and text", redacted("<a><!-- pwd x -->text</a>"), "<a><!--[REDACTED]-->[REDACTED]</a> 1");
    same("the declaration", redacted("<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>"),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/> 0");
    same("an empty secret", redacted("<a password=''/>"), "<a password=''/> 0");
    all("what is refused", redacted, ["<a password='x", "<a password=x/>", "<a password='x'b='y'/>", "<a><b></a>",
        "<a>", "<!DOCTYPE a><a/>", "<a b='<c/>'/>", "<!-- x", "<?xml version='1.0' encoding='utf-7'?><a/>", "<1/>",
        "<a b/>", "</a>"], "refused");
}

function listings() {
    known_secrets = [];
    var text = redactedListing("UserPass : (STRING) \"abc\r\ndef\"\r\nPath : (STRING) \"x\"\r\n[/w3svc/1]\r\n");
    same("a value of two lines", text.text,
        "UserPass : (STRING) \"[REDACTED]\"\r\n \"[REDACTED]\"\r\nPath : (STRING) \"x\"\r\n[/w3svc/1]\r\n");
    same("stars", redactedListing("WAMUserPass      : (STRING)\"**********\"").redactions, 0);
    same("a list", redactedListing("UNCPassword : (LIST) (1 Items)\n  \"abc\"\nKeyType : (STRING) \"x\"").text,
        "UNCPassword : (LIST) (1 Items)\n \"[REDACTED]\"\nKeyType : (STRING) \"x\"");
    known_secrets = ["abcdef"];
    same("a secret of another node", withoutKnown("ServerComment : (STRING) \"abcdef\"\nPath : (STRING) \"abcdef\"").text,
        "ServerComment : (STRING) \"[REDACTED]\"\nPath : (STRING) \"abcdef\"");
    known_secrets = [];
}

function names() {
    all("an account", isAccount, ["CONTOSO\\svc-web", "svc-web@contoso.com", "CONTOSO\\gmsa$", ".\\local",
        "CONTOSO\\web service", "CONTOSO\\dienst-f\xfcr-web"], true);
    all("a host", isHost, ["www.contoso.com", "WEB01", "xn--mnchen-3ya.example", "_spf.contoso.com"], true);
    var bad = ["", "-D", "/?", "x & del *", "a\"b", "a|b", "%PATH%", "a;b", "a\nb", "a\u202eb", "x\\", "x ", "*", "`x`",
        "a!b", "a^b", "a<b", "a(b)"];
    all("no account", isAccount, bad, false);
    all("no host", isHost, bad.concat(["CONTOSO\\web", "a b", "a@b", ".contoso.com", "a:80"]), false);
    all("no node", isNode, ["w3svc/1/a&b", "/x", "w3svc/", "w3svc/%x%"], false);
    same("a file name", fileName("list-{}.txt", "CONTOSO\\svc-web"), "list-CONTOSO_svc-web.txt");
    same("a device", fileName("{}.txt", "nul.contoso.com"), "name-nul.contoso.com.txt");
    same("a climbing name", fileName("{}.txt", "../../etc/passwd"), ".._.._etc_passwd.txt");
    same("com1", fileName("{}.txt", "com1"), "name-com1.txt");
}

function numbers() {
    same("a time", decimal(29703590, -1234567890), "127575950684192046");
    same("never", decimal(2147483647, -1), "9223372036854775807");
    same("the least", decimal(-2147483648, 0), "-9223372036854775808");
    same("minus one", decimal(-1, -1), "-1");
    same("zero", decimal(0, 0), "0");
    same("ten thousand", decimal(0, 10000), "10000");
    same("42 days", decimal(-8449, 78184448), "-36288100499456");
    same("base64", base64([1, 2, 3, 4, 5]), "AQIDBAU=");
    same("UTF-8", base64(utf8("\xe9\u20ac\ud83d\ude00")), "w6nigqzwn5iA");
    same("JSON", json("a\"\\\r\n\x01\xe9\ud800b\ud83d\ude00"), "\"a\\\"\\\\\\r\\n\\u0001\\u00e9\\ufffdb\\ud83d\\ude00\"");
    same("a code", hex(-2147024891, 8), "80070005");
    same("a filter", escapedName("(cn=f\xfcr)"), "(cn=f\\c3\\bcr)");
    same("LDIF", ldif("cn", "f\xfcr") + ldif("cn", " a") + ldif("cn", "a b"), "cn:: ZsO8cg==\r\ncn:: IGE=\r\ncn: a b\r\n");
    same("a URL", inUrl("CN=a b?c,DC=x"), "CN=a%20b%3Fc,DC=x");
    same("a time of WMI", wmiTime("20260302091500.000000+060"), Date.UTC(2026, 2, 2, 8, 15, 0));
    same("a time of the directory", generalizedTime(new Date(2026, 2, 2, 8, 5, 9)), "20260302080509.0Z");
    same("a domain", serverOf("CN=x,OU=y,DC=fabrikam,DC=com", { domain: "DC=contoso,DC=com", server: "dc1" }), "fabrikam.com");
}

function judging() {
    same("a good exit", judged(1, "0 1", "anything").status, "collected");
    same("a code that is printed", judged(0, "0", "failed with 0xc0000061/-1073741727").status, "access-denied");
    same("flags are no code", judged(0, "0", "Cache Flags: 0x5").status, "collected");
    same("a Win32 code", judged(1, "0", "error 0x5").status, "access-denied");
    same("exit code 5", judged(5, "0", "").status, "access-denied");
    same("another exit", judged(9, "0", "one\r\ntwo\r\n\r\n").detail, "two");
    same("denied", failure({ number: -2147024891, description: "No." }).status, "access-denied");
    same("options", parsed(["/out:C:\\x y", "-days=3", "--list"]).days, 3);
    all("misuse", function (word) { return typeof parsed([word]); }, ["/out", "/days:0", "/days:x", "/upload", "a.txt",
        "/list:1", "/maxlog:5000"], "string");
}

secrets();
markup();
listings();
names();
numbers();
judging();
WScript.Echo(unit_failures == 0 ? "all units are well" : unit_failures + " units failed");
WScript.Quit(unit_failures == 0 ? 0 : 1);

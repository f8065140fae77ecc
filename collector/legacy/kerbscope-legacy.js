// Gathers what a Kerberos diagnosis of IIS needs from a server of the years 2000 to 2003, into one folder.
//
// Run it on the web server, as an administrator:
//
//     cscript //nologo kerbscope-legacy.js
//
// It is one file and needs nothing but Windows Script Host 5.1, which comes with Windows 2000. It changes nothing on
// the server and sends nothing; it writes one folder, a bundle, which kerbscope opens as it is.
//
// The language is JScript 5.1, and that is older than it looks: there is no push, no call, no hasOwnProperty, no
// `undefined`, no replace with a function, no (?:...) and no lazy quantifier, no message on errors. A test of the
// project refuses them all. Text of the script is ASCII, because nobody tells its code page.

var PROGRAM = "kerbscope-legacy";
var VERSION = "0.1.0";
var FORMAT_VERSION = 2;

// Names that one row is asked about at most; a server with more is a hosting provider's.
var NAMES_PER_ROW = 60;
// Nodes of the metabase that are listed at most.
var MOST_NODES = 4000;
// Holders of SPNs that are looked at more closely.
var MOST_HOLDERS = 30;
// Bytes of all logs of one folder that are read at most; the newest are worth most.
var LOG_BYTES_READ = 256 * 1024 * 1024;
// What a text takes at most that is held in memory, in bytes.
var MOST_TEXT = 32 * 1024 * 1024;

var MIB = 1024 * 1024;

var HELP =
    "Collects what a Kerberos diagnosis of IIS needs from Windows 2000 to 2003, and\n" +
    "writes it into one folder. Run it on the web server, as an administrator. It\n" +
    "changes nothing there. For Server 2008 R2 and later there is kerbscope-collect.\n" +
    "\n" +
    "usage: cscript //nologo kerbscope-legacy.js [options]\n" +
    "\n" +
    "  /out:FOLDER     the folder to write kerbscope-<HOST>-<UTC time> to\n" +
    "                  (default: the current folder)\n" +
    "  /list           print what would be collected, from where, and end\n" +
    "  /days:N         how far to go back in the logs of IIS (default: 7)\n" +
    "  /maxlog:N       the size of an event log, in MB, above which it is left out,\n" +
    "                  because it can be taken only as a whole (default: 128)\n" +
    "  /quiet          print nothing but problems\n" +
    "  /wsh51          start programs in the way of Windows 2000, for trying that\n" +
    "  /version        print the version\n" +
    "  /?              print this\n" +
    "\n" +
    "exit codes: 0 all collected; 1 folder written, something is missing; 2 no folder\n";

// ---------------------------------------------------------------------------------------------------------------
// The world. All that is asked of Windows goes through these functions, so that a test can stand in for it.
// ---------------------------------------------------------------------------------------------------------------

function theHost() {
    return WScript;
}

// A new object of a COM class.
function newObject(name) {
    return new ActiveXObject(name);
}

// The object that a moniker leads to: IIS://, LDAP://, GC:
function boundObject(path) {
    return GetObject(path);
}

// The members of a COM collection.
function listOf(collection) {
    var list = [];
    for (var each = new Enumerator(collection); !each.atEnd(); each.moveNext()) {
        add(list, each.item());
    }
    return list;
}

// The elements of an array of Visual Basic. What is no array is its own only element.
function valuesOf(value) {
    if (value === null || typeof value == "undefined") {
        return [];
    }
    if (typeof value != "unknown" && typeof value != "object") {
        return [value];
    }
    return new VBArray(value).toArray();
}

function sleep(milliseconds) {
    theHost().Sleep(milliseconds);
}

function now() {
    return new Date().getTime();
}

var the_shell = null;
function shell() {
    if (the_shell === null) {
        the_shell = newObject("WScript.Shell");
    }
    return the_shell;
}

var the_files = null;
function files() {
    if (the_files === null) {
        the_files = newObject("Scripting.FileSystemObject");
    }
    return the_files;
}

// The value of a variable like SystemRoot; empty if there is none.
function variable(name) {
    var expanded = shell().ExpandEnvironmentStrings("%" + name + "%");
    return expanded == "%" + name + "%" ? "" : String(expanded);
}

// ---------------------------------------------------------------------------------------------------------------
// Small things that JScript 5.1 lacks.
// ---------------------------------------------------------------------------------------------------------------

function add(list, value) {
    list[list.length] = value;
}

function addAll(list, more) {
    for (var i = 0; i < more.length; i++) {
        add(list, more[i]);
    }
}

// Adds a name unless it is there in any case of letters.
function addNew(list, name) {
    if (name != "" && !has(list, name)) {
        add(list, name);
    }
}

function has(list, name) {
    for (var i = 0; i < list.length; i++) {
        if (list[i].toLowerCase() == name.toLowerCase()) {
            return true;
        }
    }
    return false;
}

function trim(text) {
    return text.replace(/^\s+/, "").replace(/\s+$/, "");
}

function replaced(text, what, by) {
    return text.split(what).join(by);
}

function startsWith(text, beginning) {
    return text.substr(0, beginning.length) == beginning;
}

function endsWith(text, end) {
    return text.length >= end.length && text.substr(text.length - end.length) == end;
}

function contains(text, part) {
    return text.indexOf(part) >= 0;
}

function repeat(text, times) {
    var result = "";
    for (var i = 0; i < times; i++) {
        result += text;
    }
    return result;
}

// Text at the left of a column, never cut.
function padded(text, width, filling) {
    return text + repeat(filling, width - text.length);
}

// Text at the right of a column.
function right(text, width) {
    return repeat(" ", width - String(text).length) + text;
}

function twoDigits(number) {
    return number < 10 ? "0" + number : String(number);
}

function hex(number, digits) {
    var text = (number < 0 ? number + 4294967296 : number).toString(16);
    return repeat("0", digits - text.length) + text;
}

// Text of the server, safe for any console: what is not printable ASCII becomes a question mark.
function ascii(text) {
    return String(text).replace(/[^ -~]/g, "?");
}

// One line of it.
function oneLine(text) {
    return trim(String(text).replace(/\s+/g, " "));
}

// A moment as 2026-03-02T08:15:00Z.
function utc(date) {
    return date.getUTCFullYear() + "-" + twoDigits(date.getUTCMonth() + 1) + "-" + twoDigits(date.getUTCDate()) + "T" +
        twoDigits(date.getUTCHours()) + ":" + twoDigits(date.getUTCMinutes()) + ":" + twoDigits(date.getUTCSeconds()) +
        "Z";
}

function quotedCharacter(code) {
    switch (code) {
    case 34:
        return "\\\"";
    case 92:
        return "\\\\";
    case 10:
        return "\\n";
    case 13:
        return "\\r";
    case 9:
        return "\\t";
    }
    return code < 32 || code > 126 ? "\\u" + hex(code, 4) : String.fromCharCode(code);
}

function isHighHalf(code) {
    return code >= 0xd800 && code <= 0xdbff;
}

function isLowHalf(code) {
    return code >= 0xdc00 && code <= 0xdfff;
}

// A text as JSON, in ASCII. Half a character would make the whole manifest unreadable, so it is replaced.
function json(text) {
    var result = "\"";
    for (var i = 0; i < text.length; i++) {
        var code = text.charCodeAt(i);
        if (isHighHalf(code) && i + 1 < text.length && isLowHalf(text.charCodeAt(i + 1))) {
            result += quotedCharacter(code) + quotedCharacter(text.charCodeAt(i + 1));
            i++;
        } else {
            result += quotedCharacter(isHighHalf(code) || isLowHalf(code) ? 0xfffd : code);
        }
    }
    return result + "\"";
}

// The bytes of a text in UTF-8, as numbers.
function utf8(text) {
    var bytes = [];
    for (var i = 0; i < text.length; i++) {
        var code = text.charCodeAt(i);
        if (isHighHalf(code) && i + 1 < text.length && isLowHalf(text.charCodeAt(i + 1))) {
            code = 0x10000 + (code - 0xd800) * 0x400 + (text.charCodeAt(i + 1) - 0xdc00);
            i++;
        }
        if (code < 0x80) {
            add(bytes, code);
        } else if (code < 0x800) {
            add(bytes, 0xc0 | code >> 6);
            add(bytes, 0x80 | code & 0x3f);
        } else if (code < 0x10000) {
            add(bytes, 0xe0 | code >> 12);
            add(bytes, 0x80 | code >> 6 & 0x3f);
            add(bytes, 0x80 | code & 0x3f);
        } else {
            add(bytes, 0xf0 | code >> 18);
            add(bytes, 0x80 | code >> 12 & 0x3f);
            add(bytes, 0x80 | code >> 6 & 0x3f);
            add(bytes, 0x80 | code & 0x3f);
        }
    }
    return bytes;
}

function base64(bytes) {
    var digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    var result = "";
    for (var i = 0; i < bytes.length; i += 3) {
        var three = bytes[i] << 16 | (i + 1 < bytes.length ? bytes[i + 1] << 8 : 0) |
            (i + 2 < bytes.length ? bytes[i + 2] : 0);
        result += digits.charAt(three >> 18 & 63) + digits.charAt(three >> 12 & 63) +
            (i + 1 < bytes.length ? digits.charAt(three >> 6 & 63) : "=") +
            (i + 2 < bytes.length ? digits.charAt(three & 63) : "=");
    }
    return result;
}

// A number of 64 bits, which JScript cannot hold, from its two halves as signed numbers of 32 bits.
function decimal(high, low) {
    var halves = [high < 0 ? high + 4294967296 : high, low < 0 ? low + 4294967296 : low];
    var negative = halves[0] >= 2147483648;
    if (negative) {
        halves[1] = halves[1] === 0 ? 0 : 4294967296 - halves[1];
        halves[0] = (halves[1] === 0 ? 4294967296 : 4294967295) - halves[0];
    }
    var words = [Math.floor(halves[0] / 65536), halves[0] % 65536, Math.floor(halves[1] / 65536), halves[1] % 65536];
    // Digits to the base of 10000, the lowest first.
    var digits = [0];
    for (var i = 0; i < words.length; i++) {
        var carry = words[i];
        for (var j = 0; j < digits.length; j++) {
            carry += digits[j] * 65536;
            digits[j] = carry % 10000;
            carry = Math.floor(carry / 10000);
        }
        while (carry > 0) {
            add(digits, carry % 10000);
            carry = Math.floor(carry / 10000);
        }
    }
    var text = String(digits[digits.length - 1]);
    for (var k = digits.length - 2; k >= 0; k--) {
        text += repeat("0", 4 - String(digits[k]).length) + digits[k];
    }
    return (negative ? "-" : "") + text;
}

// ---------------------------------------------------------------------------------------------------------------
// How an attempt ends. A status is a word of the bundle format, or "failed:" and a code.
// ---------------------------------------------------------------------------------------------------------------

function outcome(status, detail) {
    return { status: status, detail: detail, redactions: 0 };
}

// What an exception of Windows means: the status, and its words.
function failure(error) {
    var code = typeof error.number == "number" ? error.number | 0 : -1;
    return outcome(statusOf(code), oneLine(error.description) + " (0x" + hex(code, 8) + ")");
}

function statusOf(code) {
    switch (hex(code, 8)) {
    // Access denied: COM, file system, WMI; and a privilege that is not held.
    case "80070005":
    case "800a0046":
    case "80041003":
    case "80041062":
    case "80070522":
        return "access-denied";
    // No such file, path, class, or kind of moniker; nothing of this name in WMI or the metabase.
    case "800a0035":
    case "800a004c":
    case "80070002":
    case "80070003":
    case "80040154":
    case "800401f3":
    case "800401e4":
    case "800a01ad":
    case "800a01b0":
    case "80041002":
    case "80041010":
    case "8004100e":
        return "not-present";
    }
    return "failed:" + code;
}

// Access denied and missing privileges, as programs print them.
var DENIED = ["0x80070005", "0xc0000022", "0xc0000061"];
var DENIED_IF_FAILED = ["0x5", "0x00000005"];

// What the end of a program means; what it printed is kept in any case, its words may be the evidence.
function judged(exitCode, goodExits, printed) {
    var said = saysAny(printed, DENIED);
    if (!said && contains(" " + goodExits + " ", " " + exitCode + " ")) {
        return outcome("collected", "");
    }
    var denied = said || exitCode == 5 || saysAny(printed, DENIED_IF_FAILED);
    return outcome(denied ? "access-denied" : "failed:" + exitCode, lastLine(printed));
}

// Whether a program complains with one of these codes. A long text is an answer, whatever numbers are in it.
function saysAny(printed, codes) {
    if (printed.length > 2000) {
        return false;
    }
    var words = printed.toLowerCase().replace(/[^a-z0-9]+/g, " ").split(" ");
    for (var i = 0; i < words.length; i++) {
        if (has(codes, words[i])) {
            return true;
        }
    }
    return false;
}

function lastLine(text) {
    var lines = text.split("\n");
    for (var i = lines.length - 1; i >= 0; i--) {
        if (trim(lines[i]) != "") {
            return oneLine(lines[i]).substr(0, 200);
        }
    }
    return "";
}

// ---------------------------------------------------------------------------------------------------------------
// Files.
// ---------------------------------------------------------------------------------------------------------------

// Text of one byte a character, so that every byte comes back as it was. ADO has it since Windows 2000; without it,
// the code page of the server does the same for all but a few scripts of East Asia.
function readBytes(path) {
    var stream = null;
    try {
        stream = newObject("ADODB.Stream");
        stream.Type = 2;
        stream.Charset = "iso-8859-1";
        stream.Open();
        stream.LoadFromFile(path);
        var text = stream.ReadText();
        stream.Close();
        return text;
    } catch (error) {
        return readText(path);
    }
}

function writeBytes(path, text) {
    try {
        var stream = newObject("ADODB.Stream");
        stream.Type = 2;
        stream.Charset = "iso-8859-1";
        stream.Open();
        stream.WriteText(text);
        stream.SaveToFile(path, 2);
        stream.Close();
    } catch (error) {
        writeText(path, text);
    }
}

// Text in the code page of the server.
function readText(path) {
    var stream = files().OpenTextFile(path, 1, false, 0);
    var text = stream.AtEndOfStream ? "" : stream.ReadAll();
    stream.Close();
    return text;
}

function writeText(path, text) {
    var stream = files().CreateTextFile(path, true, false);
    stream.Write(text);
    stream.Close();
}

// UTF-16 with its mark.
function writeUnicode(path, text) {
    var stream = files().CreateTextFile(path, true, true);
    stream.Write(text);
    stream.Close();
}

function sizeOf(path) {
    return files().GetFile(path).Size;
}

// The beginning of a file in its place, as many bytes as are allowed.
function cutFile(path, bytes) {
    var whole = files().OpenTextFile(path, 1, false, 0);
    var part = files().CreateTextFile(path + ".cut", true, false);
    for (var left = bytes; left > 0 && !whole.AtEndOfStream; left -= 65536) {
        part.Write(whole.Read(left < 65536 ? left : 65536));
    }
    part.Close();
    whole.Close();
    files().DeleteFile(path, true);
    files().MoveFile(path + ".cut", path);
}

function removeFile(path) {
    try {
        if (files().FileExists(path)) {
            files().DeleteFile(path, true);
        }
    } catch (error) {
        // A program that is just being ended may hold it; it goes with its folder.
    }
}

// ---------------------------------------------------------------------------------------------------------------
// Names from the configuration, before they become an argument of a program or the name of a file.
// ---------------------------------------------------------------------------------------------------------------

// No `&`, no `%`, no quote: a command processor stands between us and the program. What starts with `-` or `/` would
// be an option, and a backslash at the end would escape the closing quote.
function isHost(name) {
    return isMadeOf(name, "-_.", 253) && beginsName(name);
}

function isAccount(name) {
    return isMadeOf(name, "-_.$@\\ ", 256) && (beginsName(name) || startsWith(name, ".\\")) && !/[\\ ]$/.test(name);
}

// A path of the metabase for adsutil.
function isNode(path) {
    return isMadeOf(path, "-_.$@ /", 256) && beginsName(path) && !/[\/ ]$/.test(path);
}

function isMadeOf(name, extra, longest) {
    for (var i = 0; i < name.length; i++) {
        if (!isLetter(name.charCodeAt(i)) && !contains(extra, name.charAt(i))) {
            return false;
        }
    }
    return name != "" && name.length <= longest;
}

function beginsName(name) {
    return isLetter(name.charCodeAt(0)) || name.charAt(0) == "_";
}

// Digits and letters: Latin ones, with all their accents. Regular expressions of JScript 5.1 cannot say that.
function isLetter(code) {
    return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) ||
        (code >= 0xc0 && code <= 0x24f && code != 0xd7 && code != 0xf7);
}

// An argument for a command line; only the names above are given to it.
function argument(text) {
    return contains(text, " ") ? "\"" + text + "\"" : text;
}

// A file name that a bundle may hold: `nul.contoso.com` is a legal host, and a device of Windows.
function fileName(pattern, name) {
    var tame = name.replace(/[^A-Za-z0-9_.$@-]/g, "_").substr(0, 100);
    var result = replaced(pattern, "{}", tame);
    var stem = trim(result.split(".")[0]).toUpperCase();
    var device = /^(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM.|LPT.)$/.test(stem) || /^\.+$/.test(result);
    return device ? "name-" + result : result;
}

// ---------------------------------------------------------------------------------------------------------------
// Secrets. The same rules as in kerbscope-collect: judged in favor of the customer.
// ---------------------------------------------------------------------------------------------------------------

var REDACTED = "[REDACTED]";
// A removed value is looked for everywhere else too, if it is at least this long.
var TELLING = 6;

var SECRET_ENDINGS = ["password", "passwd", "pass", "passphrase", "pwd", "secret", "accesstoken", "connectionstring",
    "credential"];
var SECRET_SETTINGS = ["pass", "pwd", "secret", "token", "credential", "connectionstring", "connstr", "key", "cert",
    "authorization"];
var SECRET_LABELS = ["password", "passwd", "passphrase", "pwd", "secret", "token", "accountkey", "accesskey",
    "sharedaccesskey", "apikey", "api-key", "sharedaccesssignature", "sig"];
var SECRET_HINTS = ["password", "passwd", "passphrase", "pwd", "secret", "credential", "token", "accountkey",
    "accesskey", "apikey", "connectionstring", "[enc:"];

// Attributes that name things. They stay, even when a careless password repeats them.
var NAMING = ["location", "name", "path", "apppoolid", "approot", "serverbindings", "securebindings", "authflags",
    "ntauthenticationproviders", "apppoolidentitytype"];

function plain(name) {
    return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

// Whether an attribute or a property of this name holds a secret, whatever its value.
function isSecretName(name) {
    var letters = plain(name);
    if (letters.length > 3 && endsWith(letters, "key")) {
        return true;
    }
    for (var i = 0; i < SECRET_ENDINGS.length; i++) {
        if (endsWith(letters, SECRET_ENDINGS[i])) {
            return true;
        }
    }
    return false;
}

function isNaming(name) {
    return has(NAMING, name) || endsWith(plain(name), "username");
}

function isSecretSetting(name) {
    var letters = plain(name);
    for (var i = 0; i < SECRET_SETTINGS.length; i++) {
        if (contains(letters, SECRET_SETTINGS[i])) {
            return true;
        }
    }
    return false;
}

// Whether a value gives itself away: encrypted, a connection string, an address with a password in it.
function isSecretValue(value) {
    var lower = value.toLowerCase();
    return contains(lower, "[enc:") || hasLabeledSecret(lower) || hasPasswordInAddress(lower);
}

function hasLabeledSecret(value) {
    for (var i = 0; i < SECRET_LABELS.length; i++) {
        var label = SECRET_LABELS[i];
        for (var at = value.indexOf(label); at >= 0; at = value.indexOf(label, at + 1)) {
            var before = at > 0 ? value.charAt(at - 1) : "";
            var after = value.substr(at + label.length, 40).replace(/^["']+/, "");
            if (/^\s*[=:]/.test(after) || ((before == "-" || before == "/") && /^\s/.test(after))) {
                return true;
            }
        }
    }
    return false;
}

function hasPasswordInAddress(value) {
    var parts = value.split("://");
    for (var i = 1; i < parts.length; i++) {
        var authority = parts[i].split("/")[0].split("?")[0].split("#")[0];
        // A password may hold a slash; then the @ stands behind it.
        var at = authority.lastIndexOf("@");
        var login = at >= 0 ? authority.substr(0, at) : parts[i].substr(0, Math.max(parts[i].lastIndexOf("@"), 0));
        if (contains(login, ":")) {
            return true;
        }
    }
    return false;
}

function isHinted(text) {
    var letters = text.toLowerCase().replace(/\s+/g, "");
    for (var i = 0; i < SECRET_HINTS.length; i++) {
        if (contains(letters, SECRET_HINTS[i])) {
            return true;
        }
    }
    return false;
}

// ---------------------------------------------------------------------------------------------------------------
// MetaBase.xml without its secrets. What is not understood for sure is not handed out at all.
// ---------------------------------------------------------------------------------------------------------------

// Why a file is not handed out; the text itself is never part of the reason.
function refuse(text, at, why) {
    var line = text.substr(0, at).split("\n").length;
    throw { number: 0, description: "line " + line + ": " + why, refused: true };
}

// The pieces of a file: start tags with the places of their attributes, comments and texts with their own.
function pieces(text) {
    var list = [];
    var open = [];
    var at = startsWith(text, "\xef\xbb\xbf") ? 3 : 0;
    while (at < text.length) {
        if (text.substr(at, 4) == "<!--") {
            at = until(text, at, 4, "-->", list);
        } else if (text.substr(at, 9) == "<![CDATA[") {
            at = until(text, at, 9, "]]>", list);
        } else if (text.substr(at, 2) == "<?") {
            at = instruction(text, at, list);
        } else if (text.substr(at, 2) == "</") {
            at = endTag(text, at, open);
        } else if (text.substr(at, 2) == "<!") {
            refuse(text, at, "declarations are not read");
        } else if (text.charAt(at) == "<") {
            at = startTag(text, at, open, list);
        } else {
            at = until(text, at, 0, "<", list);
        }
    }
    if (open.length > 0) {
        refuse(text, at, "an element is not closed");
    }
    return list;
}

// A comment or running text; the place after it.
function until(text, at, opening, closing, list) {
    var end = text.indexOf(closing, at + opening);
    if (end < 0 && closing != "<") {
        refuse(text, at, "a comment is not closed");
    }
    end = end < 0 ? text.length : end;
    if (trim(text.substring(at + opening, end)) != "") {
        add(list, { begin: at + opening, end: end, attributes: null });
    }
    return closing == "<" ? end : end + closing.length;
}

// The declaration at the very start stays, if it speaks of an encoding in which markup looks as we read it.
function instruction(text, at, list) {
    var end = text.indexOf("?>", at);
    if (end < 0) {
        refuse(text, at, "an instruction is not closed");
    }
    var inside = text.substring(at + 2, end);
    if (/^xml\s/.test(inside) && at <= 3 && inside.length <= 80) {
        var encoding = /encoding\s*=\s*["']([^"']*)/i.exec(inside);
        if (encoding !== null && !/^(utf-8|utf8|us-ascii|iso-8859-|windows-125)/i.test(encoding[1])) {
            refuse(text, at, "the file declares an unknown encoding");
        }
    } else {
        add(list, { begin: at + 2, end: end, attributes: null });
    }
    return end + 2;
}

function endTag(text, at, open) {
    var end = text.indexOf(">", at);
    var name = trim(text.substring(at + 2, end < 0 ? at + 2 : end));
    if (end < 0 || open.length == 0 || open[open.length - 1] != name) {
        refuse(text, at, "an end tag does not fit");
    }
    open.length = open.length - 1;
    return end + 1;
}

function nameAt(text, at) {
    var found = /^[A-Za-z_][A-Za-z0-9_.:-]*/.exec(text.substr(at, 200));
    if (found === null) {
        refuse(text, at, "a name is expected");
    }
    return found[0];
}

function afterSpace(text, at) {
    while (at < text.length && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
        at++;
    }
    return at;
}

function startTag(text, at, open, list) {
    var name = nameAt(text, at + 1);
    var element = { name: name, attributes: [] };
    add(list, element);
    at += 1 + name.length;
    for (;;) {
        var next = afterSpace(text, at);
        if (text.charAt(next) == ">") {
            add(open, name);
            return next + 1;
        }
        if (text.substr(next, 2) == "/>") {
            return next + 2;
        }
        if (next == at) {
            refuse(text, at, "a space is expected between attributes");
        }
        var attribute = attributeAt(text, next);
        add(element.attributes, attribute);
        at = attribute.end + 1;
    }
}

function attributeAt(text, at) {
    var name = nameAt(text, at);
    var equals = afterSpace(text, at + name.length);
    if (text.charAt(equals) != "=") {
        refuse(text, equals, "an attribute has no value");
    }
    var quote = afterSpace(text, equals + 1);
    var mark = text.charAt(quote);
    var end = mark == "\"" || mark == "'" ? text.indexOf(mark, quote + 1) : -1;
    if (end < 0) {
        refuse(text, quote, "a value has no end");
    }
    var raw = text.substring(quote + 1, end);
    if (contains(raw, "<")) {
        refuse(text, quote, "a value holds a tag");
    }
    return { name: name, begin: quote + 1, end: end, value: resolved(raw) };
}

// A value with its references resolved.
function resolved(raw) {
    if (!contains(raw, "&")) {
        return raw;
    }
    var parts = raw.split("&");
    var result = parts[0];
    for (var i = 1; i < parts.length; i++) {
        var end = parts[i].indexOf(";");
        var name = end < 0 ? "" : parts[i].substr(0, end);
        var number = /^#x[0-9a-fA-F]+$/.test(name) ? parseInt(name.substr(2), 16) : parseInt(name.substr(1), 10);
        var known = { lt: "<", gt: ">", amp: "&", quot: "\"", apos: "'" };
        var character = name.charAt(0) == "#" && number >= 0 ? String.fromCharCode(number) : known[name];
        result += typeof character == "string" ? character + parts[i].substr(end + 1) : "&" + parts[i];
    }
    return result;
}

function attributeOf(element, name) {
    for (var i = 0; i < element.attributes.length; i++) {
        if (element.attributes[i].name.toLowerCase() == name) {
            return element.attributes[i].value;
        }
    }
    return "";
}

// Whether a property that is in no schema is kept encrypted, or has the name of a secret.
function isSecretCustom(element) {
    var title = attributeOf(element, "name") || attributeOf(element, "key");
    return isSecretSetting(title) || /secure/i.test(attributeOf(element, "attributes"));
}

// The file without its secrets, and how many were taken out. No line is added or removed.
function redactedXml(text) {
    var list = pieces(text);
    var places = [];
    var redactions = 0;
    for (var i = 0; i < list.length; i++) {
        if (list[i].attributes === null) {
            // IIS keeps no setting in comments and running text; an old password there has no name that would tell it.
            add(places, list[i]);
            redactions += isHinted(text.substring(list[i].begin, list[i].end)) ? 1 : 0;
            continue;
        }
        var custom = list[i].name.toLowerCase() == "custom" && isSecretCustom(list[i]);
        for (var j = 0; j < list[i].attributes.length; j++) {
            var attribute = list[i].attributes[j];
            var secret = isSecretName(attribute.name) || (custom && attribute.name.toLowerCase() == "value") ||
                (isSecretSetting(attributeOf(list[i], "key")) && attribute.name.toLowerCase() == "value") ||
                isSecretValue(attribute.value);
            attribute.secret = secret && attribute.value != "";
            if (attribute.secret) {
                add(places, attribute);
                redactions++;
                remember(attribute.value);
            }
        }
    }
    redactions += addRepeated(list, places);
    places.sort(function (one, other) {
        return one.begin - other.begin;
    });
    return { text: blackened(text, places), redactions: redactions, elements: list };
}

// A secret may stand a second time where nothing tells it: in a description, in a path of its own.
function addRepeated(list, places) {
    var redactions = 0;
    for (var i = 0; i < list.length && known_secrets.length > 0; i++) {
        var attributes = list[i].attributes || [];
        for (var j = 0; j < attributes.length; j++) {
            var known = attributes[j].secret || isNaming(attributes[j].name);
            if (!known && containsAny(attributes[j].value, known_secrets)) {
                add(places, attributes[j]);
                redactions++;
            }
        }
    }
    return redactions;
}

function containsAny(text, values) {
    for (var i = 0; i < values.length; i++) {
        if (contains(text, values[i])) {
            return true;
        }
    }
    return false;
}

// The text with every place replaced; the line ends in it stay.
function blackened(text, places) {
    var parts = [];
    var at = 0;
    for (var i = 0; i < places.length; i++) {
        add(parts, text.substring(at, places[i].begin));
        add(parts, REDACTED + text.substring(places[i].begin, places[i].end).replace(/[^\r\n]/g, ""));
        at = places[i].end;
    }
    add(parts, text.substr(at));
    return parts.join("");
}

// ---------------------------------------------------------------------------------------------------------------
// What adsutil.vbs prints, without its secrets. Newer copies print stars in their place, older ones print them.
// ---------------------------------------------------------------------------------------------------------------

function redactedListing(text) {
    var lines = text.split("\n");
    var redactions = 0;
    var secret = false;
    for (var i = 0; i < lines.length; i++) {
        var property = propertyIn(lines[i]);
        // What follows on lines of its own, a list or the rest of a value, belongs to the property before.
        if (property !== null || /^\[/.test(lines[i])) {
            secret = property !== null && isSecretName(property.name);
        }
        var rest = property === null ? lines[i] : property.rest;
        var value = trim(replaced(rest, "\"", ""));
        if (value == "" || /^\*+$/.test(value) || /^\(\d+ Items\)$/.test(value)) {
            continue;
        }
        if (secret || isSecretValue(rest)) {
            lines[i] = blackenedLine(lines[i], property);
            redactions++;
            remember(value);
        }
    }
    return { text: lines.join("\n"), redactions: redactions };
}

// A line that begins with a property: its name, its head, and the rest of the line.
function propertyIn(line) {
    var found = /^([A-Za-z0-9_-]+)\s*: *\(([A-Za-z0-9]+)\)/.exec(line);
    return found === null ? null : { name: found[1], head: found[0], rest: line.substr(found[0].length) };
}

function blackenedLine(line, property) {
    return (property === null ? "" : property.head) + " \"" + REDACTED + "\"" + (endsWith(line, "\r") ? "\r" : "");
}

// Secrets that were found anywhere in the metabase. Each of its nodes is a text of its own, and a secret of one may
// stand in the description of another.
var known_secrets = [];

function remember(value) {
    if (value.length >= TELLING) {
        add(known_secrets, value);
    }
}

// A listing without what turned out to be a secret elsewhere.
function withoutKnown(text) {
    var lines = text.split("\n");
    var redactions = 0;
    for (var i = 0; i < lines.length; i++) {
        var property = propertyIn(lines[i]);
        if (containsAny(lines[i], known_secrets) && !(property !== null && isNaming(property.name))) {
            lines[i] = blackenedLine(lines[i], property);
            redactions++;
        }
    }
    return { text: lines.join("\n"), redactions: redactions };
}

// ---------------------------------------------------------------------------------------------------------------
// Programs. Each has an end to its time; nothing it prints can block it, because it prints into a file.
//
// Pipes are not used: a program that fills standard error while we wait for standard output never ends, and a read
// from a pipe cannot be given up.
// ---------------------------------------------------------------------------------------------------------------

var in_the_way_of_2000 = false;

// Starts a command line in a command processor. `mark` is a file that may be written to.
function start(line, mark) {
    var prompt = "\"" + systemFile("cmd.exe") + "\"";
    if (!in_the_way_of_2000 && parseFloat(theHost().Version) >= 5.6) {
        return startedWithExec(shell().Exec(prompt + " /d /s /c \"" + line + "\""));
    }
    // Windows Script Host 5.1 has no Exec: it tells neither the number of the process nor when it ends.
    var began = now();
    removeFile(mark);
    shell().Run(prompt + " /v:on /d /s /c \"" + line + " & echo !errorlevel!> \"" + mark + "\"\"", 0, false);
    return {
        exitCode: function () {
            return codeIn(mark);
        },
        end: function () {
            endProcesses(promptsSince(began));
        }
    };
}

function startedWithExec(process) {
    return {
        exitCode: function () {
            return process.Status == 0 ? null : process.ExitCode;
        },
        end: function () {
            endTree(process.ProcessID);
            for (var i = 0; i < 40 && process.Status == 0; i++) {
                sleep(250);
            }
            try {
                process.Terminate();
            } catch (error) {
                // It has ended.
            }
        }
    };
}

// The exit code that a file holds; null as long as it is not there, or not wholly.
function codeIn(path) {
    try {
        var found = files().FileExists(path) ? /^(-?\d+)\s/.exec(readText(path)) : null;
        return found === null ? null : parseInt(found[1], 10);
    } catch (error) {
        return null;
    }
}

// Waits for the exit code; null when the time is over.
function waited(process, seconds) {
    var began = now();
    var pause = 20;
    for (;;) {
        var code = process.exitCode();
        if (code !== null) {
            return code;
        }
        if (now() - began > seconds * 1000) {
            return null;
        }
        sleep(pause);
        pause = pause < 250 ? pause * 2 : 250;
    }
}

// Ends a process with all that it started. taskkill is there since Windows XP; before, WMI has to do.
function endTree(id) {
    var taskkill = systemFile("taskkill.exe");
    if (files().FileExists(taskkill)) {
        // Not waited for: it may hang as well.
        shell().Run("\"" + taskkill + "\" /T /F /PID " + id, 0, false);
        return;
    }
    try {
        var all = processes();
        endProcesses(all.length > 0 ? withChildren(id, all) : []);
    } catch (error) {
        // Without WMI, the command processor is ended, and what it started is not.
    }
}

function wmi(namespace) {
    var locator = newObject("WbemScripting.SWbemLocator");
    return locator.ConnectServer(".", namespace);
}

function processes() {
    var query = "SELECT Handle, ProcessId, ParentProcessId, Name, CreationDate FROM Win32_Process";
    return listOf(wmi("root\\cimv2").ExecQuery(query));
}

// A process and all that came of it. The oldest comes first: whoever waits for a child would go on when that ends.
function withChildren(id, all) {
    var found = [];
    for (var i = 0; i < all.length; i++) {
        if (all[i].ProcessId == id) {
            add(found, all[i]);
        }
    }
    for (var j = 0; j < found.length; j++) {
        for (var k = 0; k < all.length; k++) {
            if (all[k].ParentProcessId == found[j].ProcessId && all[k].ProcessId != found[j].ProcessId) {
                add(found, all[k]);
            }
        }
    }
    return found;
}

// The command processor that a script of ours started since then, if there is exactly one: what is not surely ours
// is left alone.
function promptsSince(began) {
    try {
        var all = processes();
        var found = [];
        for (var i = 0; i < all.length; i++) {
            var parent = all[i].Name.toLowerCase() == "cmd.exe" ? withChildren(all[i].ParentProcessId, all) : [];
            var ours = parent.length > 0 && /^[cw]script\.exe$/i.test(parent[0].Name);
            if (ours && wmiTime(all[i].CreationDate) >= began - 2000) {
                add(found, all[i].ProcessId);
            }
        }
        return found.length == 1 ? withChildren(found[0], all) : [];
    } catch (error) {
        return [];
    }
}

// A time of WMI, 20260302091500.000000+060, in milliseconds since 1970; in local time, with minutes ahead of UTC.
function wmiTime(text) {
    var at = function (begin, length) {
        return parseInt(text.substr(begin, length), 10);
    };
    var offset = parseInt(text.substr(22), 10) * (text.charAt(21) == "-" ? -1 : 1);
    return Date.UTC(at(0, 4), at(4, 2) - 1, at(6, 2), at(8, 2), at(10, 2), at(12, 2)) - offset * 60000;
}

function endProcesses(list) {
    for (var i = 0; i < list.length; i++) {
        try {
            list[i].Terminate();
        } catch (error) {
            // It has ended, or is not ours to end.
        }
    }
}

function systemFile(name) {
    return variable("SystemRoot") + "\\System32\\" + name;
}

// Where a program is; empty if it is not on this server. The folders of Windows come before all others, and the
// current folder is none of them. setspn, klist and nltest come with the Support Tools and the Resource Kits.
function programFile(name) {
    var folders = [variable("SystemRoot") + "\\System32", variable("SystemRoot")];
    var kits = ["Support Tools", "Resource Kit", "Windows Resource Kits\\Tools", "Resource Pro Kit"];
    for (var i = 0; i < kits.length; i++) {
        add(folders, variable("ProgramFiles") + "\\" + kits[i]);
    }
    addAll(folders, variable("PATH").split(";"));
    for (var j = 0; j < folders.length; j++) {
        var folder = trim(replaced(folders[j], "\"", ""));
        var path = folder + "\\" + name;
        if (folder != "" && folder != "." && !contains(path, "%") && files().FileExists(path)) {
            return path;
        }
    }
    return "";
}

// Runs the program of a step, with all that it prints in one file.
function takeProgram(step, target) {
    var script = endsWith(step.program, ".vbs");
    var file = script ? scriptFile(step.program) : programFile(step.program + ".exe");
    if (file == "") {
        return outcome("not-present", "");
    }
    var line = "\"" + file + "\" " + step.arguments;
    if (script) {
        line = "\"" + systemFile("cscript.exe") + "\" //nologo " + line;
    }
    var process = start(line + " > \"" + target + "\" 2>&1 < nul", target + ".end");
    var code = waited(process, step.seconds);
    var result = outcome("timed-out", "");
    if (code === null) {
        process.end();
        sleep(500);
    } else {
        result = judged(code, step.goodExits, files().FileExists(target) ? printedIn(target) : "");
    }
    removeFile(target + ".end");
    if (step.secrets && files().FileExists(target)) {
        var redacted = redactedListing(readBytes(target));
        writeBytes(target, redacted.text);
        result.redactions = redacted.redactions;
    }
    return result;
}

function scriptFile(name) {
    var folders = [variable("SystemDrive") + "\\Inetpub\\AdminScripts", variable("SystemRoot") + "\\System32"];
    for (var i = 0; i < folders.length; i++) {
        if (files().FileExists(folders[i] + "\\" + name)) {
            return folders[i] + "\\" + name;
        }
    }
    return "";
}

// What a program printed, or the end of it when that is long.
function printedIn(path) {
    var size = sizeOf(path);
    var stream = files().OpenTextFile(path, 1, false, 0);
    if (size > 8192) {
        skipIn(stream, size - 8192);
    }
    var text = stream.AtEndOfStream ? "" : stream.ReadAll();
    stream.Close();
    return text;
}

// ---------------------------------------------------------------------------------------------------------------
// Tasks. The metabase, the directory, event logs and the registry are asked through interfaces that may never
// answer, and a script cannot give up a call. So another copy of this script makes the calls, and can be ended.
// ---------------------------------------------------------------------------------------------------------------

// What the other copy does, by the name of the task. Each writes to `target` and returns an outcome.
var TASKS = {
    metabase: takeMetabase,
    registry: takeRegistry,
    root: takeRoot,
    search: takeSearch,
    eventlog: takeEventLog
};

// Runs tasks that belong together, one after the other, each within its time. When one takes too long, those after
// it are left out: they ask the same that did not answer. `report` gets each as it is done.
function runTasks(tasks, work, report) {
    var job = work + "\\job.txt";
    for (var i = 0; i < tasks.length; i++) {
        removeFile(resultFile(work, i));
    }
    writeText(job, jobText(tasks));
    var script = theHost().ScriptFullName;
    var line = "\"" + systemFile("cscript.exe") + "\" //nologo //B \"" + script + "\" \"/job:" + work + "\"";
    var process = start(line + " > \"" + work + "\\job.out\" 2>&1 < nul", work + "\\job.end");
    var hung = false;
    for (var j = 0; j < tasks.length; j++) {
        var result = hung ? outcome("skipped", "what was asked before did not answer") :
            waitedTask(process, tasks[j], work, j);
        if (result.status == "timed-out") {
            hung = true;
            process.end();
            sleep(500);
        }
        report(tasks[j], result);
    }
    waited(process, 5);
    removeFile(job);
    removeFile(work + "\\job.out");
    removeFile(work + "\\job.end");
}

function waitedTask(process, task, work, number) {
    var began = now();
    var pause = 20;
    for (;;) {
        // Asked before the file is looked for: who has ended has written.
        var ended = process.exitCode() !== null;
        var result = resultIn(resultFile(work, number));
        if (result !== null) {
            removeFile(resultFile(work, number));
            return result;
        }
        if (ended) {
            return outcome("failed:-1", "the script that asks ended without an answer");
        }
        if (now() - began > task.seconds * 1000) {
            return outcome("timed-out", "");
        }
        sleep(pause);
        pause = pause < 250 ? pause * 2 : 250;
    }
}

function resultFile(work, number) {
    return work + "\\result" + number + ".txt";
}

// Tasks and results travel as lines `name=value`, values escaped to ASCII; `end` closes each.
function jobText(tasks) {
    var text = "";
    for (var i = 0; i < tasks.length; i++) {
        text += recordText(tasks[i]);
    }
    return text;
}

function recordText(record) {
    var text = "";
    for (var name in record) {
        if (typeof record[name] == "string" || typeof record[name] == "number") {
            text += name + "=" + escape(record[name]) + "\r\n";
        }
    }
    return text + "end\r\n";
}

function recordsOf(text) {
    var records = [];
    var record = {};
    var lines = replaced(text, "\r", "").split("\n");
    for (var i = 0; i < lines.length; i++) {
        var at = lines[i].indexOf("=");
        if (lines[i] == "end") {
            add(records, record);
            record = {};
        } else if (at > 0) {
            record[lines[i].substr(0, at)] = unescape(lines[i].substr(at + 1));
        }
    }
    return records;
}

function resultIn(path) {
    try {
        var records = files().FileExists(path) ? recordsOf(readText(path)) : [];
        if (records.length == 0) {
            return null;
        }
        records[0].redactions = parseInt(records[0].redactions, 10);
        return records[0];
    } catch (error) {
        return null;
    }
}

// The other copy: does what the job in this folder says.
function doJob(work) {
    var tasks = recordsOf(readText(work + "\\job.txt"));
    for (var i = 0; i < tasks.length; i++) {
        var result;
        try {
            result = TASKS[tasks[i].task](tasks[i]);
        } catch (error) {
            result = failure(error);
        }
        writeText(resultFile(work, i), recordText(result));
    }
}

// ---------------------------------------------------------------------------------------------------------------
// The metabase through ADSI, in the form in which adsutil.vbs prints it. Only these properties are asked for, and
// none of them is a secret. A property is printed where it is set, not where it is inherited.
// ---------------------------------------------------------------------------------------------------------------

var PROPERTIES = [
    ["KeyType", "STRING"], ["ServerComment", "STRING"], ["ServerBindings", "LIST"], ["SecureBindings", "LIST"],
    ["ServerAutoStart", "BOOLEAN"], ["IIs5IsolationModeEnabled", "BOOLEAN"], ["AuthFlags", "INTEGER"],
    ["NTAuthenticationProviders", "STRING"], ["AuthPersistence", "INTEGER"], ["AuthPersistSingleRequest", "BOOLEAN"],
    ["AnonymousUserName", "STRING"], ["LogonMethod", "INTEGER"], ["DefaultLogonDomain", "STRING"], ["Realm", "STRING"],
    ["AppRoot", "STRING"], ["AppIsolated", "INTEGER"], ["AppPoolId", "STRING"], ["AppPoolIdentityType", "INTEGER"],
    ["WAMUserName", "STRING"], ["Path", "STRING"], ["HttpRedirect", "STRING"], ["UNCUserName", "STRING"],
    ["AccessSSLFlags", "INTEGER"], ["LogType", "INTEGER"], ["LogFileDirectory", "STRING"],
    ["MaxRequestEntityAllowed", "INTEGER"]
];

function takeMetabase(task) {
    var root = boundObject("IIS://LocalHost/W3SVC");
    var out = files().CreateTextFile(task.target, true, true);
    var left = { nodes: MOST_NODES };
    try {
        printNode(root, "/W3SVC", out, left);
    } catch (error) {
        out.Close();
        var failed = failure(error);
        return outcome(failed.status == "access-denied" ? "access-denied" : "truncated", failed.detail);
    }
    out.Close();
    var whole = left.nodes > 0;
    return outcome(whole ? "collected" : "truncated", whole ? "" : "there are more than " + MOST_NODES + " nodes");
}

function printNode(node, path, out, left) {
    left.nodes--;
    out.WriteLine("[" + path + "]");
    for (var i = 0; i < PROPERTIES.length; i++) {
        printProperty(node, PROPERTIES[i][0], PROPERTIES[i][1], out);
    }
    out.WriteLine("");
    var children = listOf(node);
    for (var j = 0; j < children.length && left.nodes > 0; j++) {
        if (/^IIs(Web|ApplicationPool)/i.test(children[j].Class)) {
            printNode(children[j], path + "/" + children[j].Name, out, left);
        }
    }
}

function printProperty(node, name, type, out) {
    var value;
    try {
        if (!isSetAt(node, name)) {
            return;
        }
        value = node.Get(name);
    } catch (error) {
        if (statusOf(error.number | 0) == "access-denied") {
            throw error;
        }
        // This class of node does not have the property, or this version of IIS does not know it.
        return;
    }
    var head = padded(name, 32, " ") + ": (" + type + ") ";
    if (type == "LIST") {
        var items = valuesOf(value);
        out.WriteLine(head + "(" + items.length + " Items)");
        for (var i = 0; i < items.length; i++) {
            out.WriteLine("  \"" + items[i] + "\"");
        }
    } else if (type == "STRING") {
        out.WriteLine(head + "\"" + value + "\"");
    } else if (type == "BOOLEAN") {
        out.WriteLine(head + (value ? "True" : "False"));
    } else {
        out.WriteLine(head + value);
    }
}

// Whether a property is set at a node itself. The list of places begins with the node if it is; asking for places of
// what cannot be inherited is an error.
function isSetAt(node, name) {
    var places;
    try {
        places = valuesOf(node.GetDataPaths(name, 1));
    } catch (error) {
        places = valuesOf(node.GetDataPaths(name, 0));
    }
    return places.length > 0 && replaced(String(places[0]), "\\", "/").toLowerCase().replace(/\/$/, "") ==
        String(node.ADsPath).toLowerCase();
}

// ---------------------------------------------------------------------------------------------------------------
// The registry, in the format of `reg export`. WMI tells types, and which keys there are.
// ---------------------------------------------------------------------------------------------------------------

var LSA = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa";
var SERVICES = "HKLM\\SYSTEM\\CurrentControlSet\\Services";
var WINDOWS = "HKLM\\SOFTWARE\\Microsoft\\Windows";

// File, then keys. WMI gives all values of a key; the names are those that are asked for without WMI.
var REGISTRY = [
    ["kerberos", [
        [LSA + "\\Kerberos\\Parameters"],
        [WINDOWS + "\\CurrentVersion\\Policies\\System\\Kerberos\\Parameters"],
        [SERVICES + "\\Kdc", "KdcExtraLogLevel", "MaxDatagramReplySize", "DefaultDomainSupportedEncTypes"]
    ]],
    ["lsa", [
        [LSA, "DisableLoopbackCheck", "LmCompatibilityLevel", "DisableDomainCreds", "crashonauditfail"],
        [LSA + "\\MSV1_0", "BackConnectionHostNames", "RestrictSendingNTLMTraffic", "RestrictReceivingNTLMTraffic",
            "AuditReceivingNTLMTraffic", "NtlmMinClientSec", "NtlmMinServerSec"]
    ]],
    ["http", [
        [SERVICES + "\\HTTP\\Parameters"],
        [SERVICES + "\\W3SVC\\Parameters", "MaxClientRequestBuffer", "EnableKerbAuthPersist", "MajorVersion",
            "MinorVersion"],
        ["HKLM\\SOFTWARE\\Microsoft\\InetStp", "MajorVersion", "MinorVersion"]
    ]],
    ["netlogon", [
        [SERVICES + "\\Netlogon\\Parameters", "DBFlag", "MaximumLogFileSize", "DisablePasswordChange",
            "RefusePasswordChange", "MaximumPasswordAge", "SiteName", "DynamicSiteName"]
    ]],
    ["system", [
        [WINDOWS + " NT\\CurrentVersion", "ProductName", "CurrentVersion", "CurrentBuildNumber", "CSDVersion"],
        ["HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ActiveComputerName", "ComputerName"],
        [SERVICES + "\\Tcpip\\Parameters", "Hostname", "NV Hostname", "Domain", "NV Domain", "SearchList"],
        ["HKLM\\SYSTEM\\CurrentControlSet\\Control\\TimeZoneInformation", "Bias", "ActiveTimeBias"],
        [SERVICES + "\\W32Time\\Parameters", "Type", "NtpServer"]
    ]],
    ["internet-explorer", [
        ["HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings", "EnableNegotiate", "ProxyEnable"],
        ["HKLM\\SOFTWARE\\Microsoft\\Internet Explorer", "Version"]
    ]]
];

var HIVES = { HKLM: 0x80000002, HKCU: 0x80000001 };
var HIVE_NAMES = { HKLM: "HKEY_LOCAL_MACHINE", HKCU: "HKEY_CURRENT_USER" };

function takeRegistry(task) {
    var keys = [];
    for (var i = 0; i < REGISTRY.length; i++) {
        if (REGISTRY[i][0] == task.family) {
            keys = REGISTRY[i][1];
        }
    }
    var provider = registryProvider();
    var text = "Windows Registry Editor Version 5.00\r\n";
    // What is read value by value is a part, however many values there are.
    var result = provider === null ? outcome("truncated", "read value by value, because WMI does not answer") :
        outcome("collected", "");
    for (var j = 0; j < keys.length; j++) {
        var title = replaced(keys[j][0], keys[j][0].substr(0, 4) + "\\", HIVE_NAMES[keys[j][0].substr(0, 4)] + "\\");
        var key = provider === null ? keyByValues(keys[j]) : keyByProvider(provider, keys[j]);
        if (key.denied) {
            result = outcome("access-denied", title);
            text += "\r\n; [" + title + "] access denied\r\n";
        } else if (key.absent) {
            text += "\r\n; [" + title + "] is not present\r\n";
        } else {
            text += "\r\n[" + title + "]\r\n" + key.lines;
        }
    }
    writeUnicode(task.target, text + "\r\n");
    return result;
}

function registryProvider() {
    try {
        return wmi("root\\default").Get("StdRegProv");
    } catch (error) {
        return null;
    }
}

// Calls a method of the provider.
function asked(provider, method, hive, path, value) {
    var parameters = provider.Methods_(method).InParameters.SpawnInstance_();
    // Bits of a number without sign, which JScript would make a floating one.
    parameters.hDefKey = HIVES[hive] | 0;
    parameters.sSubKeyName = path;
    if (value !== null) {
        parameters.sValueName = value;
    }
    return provider.ExecMethod_(method, parameters);
}

function keyByProvider(provider, key) {
    var hive = key[0].substr(0, 4);
    var path = key[0].substr(5);
    var all = asked(provider, "EnumValues", hive, path, null);
    if (all.ReturnValue != 0) {
        return { denied: all.ReturnValue == 5, absent: all.ReturnValue != 5, lines: "" };
    }
    var names = valuesOf(all.sNames);
    var types = valuesOf(all.Types);
    var lines = "";
    for (var i = 0; i < names.length; i++) {
        lines += registryLine(names[i], valueByProvider(provider, hive, path, names[i], types[i]));
    }
    return { denied: false, absent: false, lines: lines };
}

function valueByProvider(provider, hive, path, name, type) {
    switch (type) {
    case 1:
        return registryText(asked(provider, "GetStringValue", hive, path, name).sValue);
    case 2:
        return wideBytes(2, [asked(provider, "GetExpandedStringValue", hive, path, name).sValue]);
    case 3:
        return hexBytes(3, valuesOf(asked(provider, "GetBinaryValue", hive, path, name).uValue));
    case 4:
        return "dword:" + hex(asked(provider, "GetDWORDValue", hive, path, name).uValue, 8);
    case 7:
        return wideBytes(7, valuesOf(asked(provider, "GetMultiStringValue", hive, path, name).sValue));
    }
    return null;
}

// Without WMI, one value after the other. Whether a key or its values are absent cannot be told apart.
function keyByValues(key) {
    var names = key.length > 1 ? key.slice(1) : KNOWN_VALUES;
    var lines = "";
    for (var i = 0; i < names.length; i++) {
        try {
            lines += registryLine(names[i], valueOfUnknownType(shell().RegRead(key[0] + "\\" + names[i])));
        } catch (error) {
            if (statusOf(error.number | 0) == "access-denied") {
                return { denied: true, absent: false, lines: "" };
            }
        }
    }
    return { denied: false, absent: false, lines: lines };
}

var KNOWN_VALUES = ["LogLevel", "MaxPacketSize", "MaxTokenSize", "SkewTime", "SpnCacheTimeout", "FarKdcTimeout",
    "ClientIpAddresses", "DefaultEncryptionType", "SupportedEncryptionTypes", "MaxFieldLength", "MaxRequestBytes",
    "ErrorLoggingDir", "EnableErrorLogging"];

function valueOfUnknownType(value) {
    if (typeof value == "number") {
        return "dword:" + hex(value, 8);
    }
    if (typeof value == "string") {
        return registryText(value);
    }
    var values = valuesOf(value);
    return values.length > 0 && typeof values[0] == "number" ? hexBytes(3, values) : wideBytes(7, values);
}

function registryText(value) {
    return value === null ? null : "\"" + replaced(replaced(String(value), "\\", "\\\\"), "\"", "\\\"") + "\"";
}

function wideBytes(type, texts) {
    var bytes = [];
    for (var i = 0; i < texts.length; i++) {
        for (var j = 0; j <= texts[i].length; j++) {
            var code = j < texts[i].length ? texts[i].charCodeAt(j) : 0;
            add(bytes, code & 255);
            add(bytes, code >> 8);
        }
    }
    if (type == 7) {
        add(bytes, 0);
        add(bytes, 0);
    }
    return hexBytes(type, bytes);
}

function hexBytes(type, bytes) {
    var text = "";
    for (var i = 0; i < bytes.length; i++) {
        text += (i > 0 ? "," : "") + hex(bytes[i], 2);
    }
    return (type == 3 ? "hex:" : "hex(" + type + "):") + text;
}

function registryLine(name, value) {
    if (value === null) {
        return "";
    }
    // The number of the product leads to its license.
    var secret = (isSecretSetting(name) || /ProductId/i.test(name)) && !/^dword:/.test(value);
    return (name == "" ? "@" : registryText(name)) + "=" + (secret ? "\"" + REDACTED + "\"" : value) + "\r\n";
}

// ---------------------------------------------------------------------------------------------------------------
// The directory, as LDIF: one answer to one question in each file. ADO can page and speaks to Windows 2000 domains.
// ---------------------------------------------------------------------------------------------------------------

var ACCOUNT_ATTRIBUTES = "objectClass,sAMAccountName,userPrincipalName,dNSHostName,objectSid,userAccountControl," +
    "msDS-User-Account-Control-Computed,pwdLastSet,accountExpires,lockoutTime,whenChanged,servicePrincipalName," +
    "msDS-SupportedEncryptionTypes,msDS-AllowedToDelegateTo,memberOf,userWorkstations,operatingSystem";
var OWNER_ATTRIBUTES = "objectClass,sAMAccountName,dNSHostName,objectSid,userAccountControl,servicePrincipalName";
var DOMAIN_ATTRIBUTES = "objectSid,maxPwdAge,minPwdAge,lockoutThreshold,lockoutDuration,msDS-Behavior-Version";
var ROOT_ATTRIBUTES = ["dnsHostName", "serverName", "currentTime", "defaultNamingContext", "rootDomainNamingContext",
    "configurationNamingContext", "schemaNamingContext", "isGlobalCatalogReady", "domainFunctionality",
    "forestFunctionality", "domainControllerFunctionality", "supportedSASLMechanisms", "supportedLDAPVersion"];
var OCTETS = ["objectSid", "objectGUID", "sIDHistory"];

function comment(name, text) {
    return "# " + name + ":" + (text == "" ? "" : " " + text) + "\r\n";
}

// A filter or a name of an entry in ASCII: other characters become the bytes of UTF-8, each behind a backslash.
function escapedName(text) {
    var result = "";
    for (var i = 0; i < text.length; i++) {
        var code = text.charCodeAt(i);
        if (code < 128) {
            result += text.charAt(i);
            continue;
        }
        var whole = isHighHalf(code) ? text.substr(i++, 2) : text.charAt(i);
        var bytes = utf8(whole);
        for (var j = 0; j < bytes.length; j++) {
            result += "\\" + hex(bytes[j], 2);
        }
    }
    return result;
}

// The head of an answer.
function questionText(server, base, scope, filter, attributes, subject) {
    var text = "version: 1\r\n" + comment("server", server) + comment("base", escapedName(base)) +
        comment("scope", scope) + comment("filter", escapedName(filter)) + comment("attributes", attributes);
    return text + (subject != "" && ascii(subject) == subject ? comment("subject", subject) : "");
}

// A line of LDIF. Whatever could be misread is written in base64.
function ldif(name, value) {
    var safe = !/^[ :<]/.test(value) && !/ $/.test(value) && !/[^ -~]/.test(value);
    return name + (safe ? ": " + value : ":: " + base64(utf8(value))) + "\r\n";
}

// A value of the directory as lines of LDIF.
function ldifOf(name, value) {
    if (value === null || typeof value == "undefined") {
        return "";
    }
    if (has(OCTETS, name)) {
        return name + ":: " + base64OfBytes(value) + "\r\n";
    }
    switch (typeof value) {
    case "string":
        return ldif(name, value);
    case "number":
        return ldif(name, String(value));
    case "boolean":
        return ldif(name, value ? "TRUE" : "FALSE");
    case "date":
        return ldif(name, generalizedTime(new Date(value)));
    }
    if (isLargeInteger(value)) {
        return ldif(name, decimal(value.HighPart, value.LowPart));
    }
    var lines = "";
    var values = valuesOf(value);
    for (var i = 0; i < values.length; i++) {
        lines += ldifOf(name, values[i]);
    }
    return lines;
}

// ADSI gives numbers of 64 bits as an object with two halves.
function isLargeInteger(value) {
    try {
        return typeof value.HighPart == "number";
    } catch (error) {
        return false;
    }
}

// ADSI gives times of the directory as they are, in UTC; JScript takes them for local ones.
function generalizedTime(date) {
    return date.getFullYear() + twoDigits(date.getMonth() + 1) + twoDigits(date.getDate()) +
        twoDigits(date.getHours()) + twoDigits(date.getMinutes()) + twoDigits(date.getSeconds()) + ".0Z";
}

// JScript cannot look into an array of bytes, but XML of Internet Explorer 5 can.
function base64OfBytes(bytes) {
    var element = newObject("Microsoft.XMLDOM").createElement("bytes");
    element.dataType = "bin.base64";
    element.nodeTypedValue = bytes;
    return element.text.replace(/\s+/g, "");
}

// The server itself. What later questions need to know of it goes along with the outcome.
function takeRoot(task) {
    var before = utc(new Date(now()));
    var root = boundObject("LDAP://RootDSE");
    var server = String(root.Get("dnsHostName"));
    var values = "";
    for (var i = 0; i < ROOT_ATTRIBUTES.length; i++) {
        try {
            values += ldifOf(ROOT_ATTRIBUTES[i], root.Get(ROOT_ATTRIBUTES[i]));
        } catch (error) {
            // A directory of Windows 2000 does not have them all.
        }
    }
    var after = utc(new Date(now()));
    writeText(task.target, questionText(server + ":389", "", "base", "(objectClass=*)", ROOT_ATTRIBUTES.join(","), "") +
        comment("local-time-before", before) + comment("local-time-after", after) +
        "\r\ndn:\r\n" + values + "\r\n" + comment("result", "0") + comment("entries", "1"));
    var result = outcome("collected", "");
    result.source = "ldap://" + server + "/??base?(objectClass=*)";
    result.server = server;
    result.domain = String(root.Get("defaultNamingContext"));
    result.configuration = String(root.Get("configurationNamingContext"));
    result.forest = String(root.Get("rootDomainNamingContext"));
    result.catalog = catalogOf(root, server);
    return result;
}

// The global catalog: the same server if it is one, else the one that Windows finds for the forest.
function catalogOf(root, server) {
    try {
        if (String(root.Get("isGlobalCatalogReady")).toUpperCase() == "TRUE") {
            return server;
        }
        return String(listOf(boundObject("GC:"))[0].ADsPath).replace(/^GC:\/\//i, "");
    } catch (error) {
        return "";
    }
}

// The path of ADSI to an entry.
function adsPath(provider, server, base) {
    return provider + "://" + server + (base == "" ? "" : "/" + replaced(base, "/", "\\/"));
}

// One search. `task` has provider, server, base, scope, filter, attributes and subject.
function takeSearch(task) {
    var port = task.provider == "GC" ? ":3268" : ":389";
    var out = files().CreateTextFile(task.target, true, false);
    out.Write(questionText(task.server + port, task.base, task.scope, task.filter, task.attributes, task.subject));
    out.Write("\r\n");
    var result = outcome("collected", "");
    var found = { entries: 0, names: [], domains: [] };
    try {
        var records = opened(task);
        while (!records.EOF && found.entries < task.most) {
            writeEntry(out, records, task, found);
            records.MoveNext();
        }
        if (records.EOF) {
            out.Write(comment("result", "0"));
        } else {
            result = outcome("truncated", "there are more than " + task.most + " entries");
        }
    } catch (error) {
        result = failure(error);
    }
    out.Write(comment("entries", String(found.entries)));
    out.Close();
    result.source = "ldap://" + task.server + (task.provider == "GC" ? ":3268" : "") + "/" + inUrl(task.base) + "?" +
        task.attributes + "?" + { "base": "base", "one-level": "one", "subtree": "sub" }[task.scope] + "?" +
        inUrl(task.filter);
    result.found = found.names.join("\n");
    result.domains = found.domains.join("\n");
    return result;
}

function opened(task) {
    var connection = newObject("ADODB.Connection");
    connection.Provider = "ADsDSOObject";
    connection.Open("Active Directory Provider");
    var command = newObject("ADODB.Command");
    command.ActiveConnection = connection;
    command.Properties("Page Size").Value = 500;
    command.Properties("Timeout").Value = 30;
    command.Properties("Cache Results").Value = false;
    command.CommandText = "<" + adsPath(task.provider, task.server, task.base) + ">;" + task.filter +
        ";distinguishedName," + task.attributes + ";" + replaced(task.scope, "-", "");
    return command.Execute();
}

function writeEntry(out, records, task, found) {
    var name = String(records.Fields("distinguishedName").Value);
    var text = ldif("dn", name);
    var attributes = task.attributes.split(",");
    for (var i = 0; i < attributes.length; i++) {
        text += ldifOf(attributes[i], records.Fields(attributes[i]).Value);
    }
    out.Write(text + "\r\n");
    found.entries++;
    addNew(found.names, name);
    if (task.about == "domains") {
        var short = records.Fields("nETBIOSName").Value;
        var root = valuesOf(records.Fields("dnsRoot").Value);
        if (short !== null && root.length > 0) {
            add(found.domains, short + "\t" + records.Fields("nCName").Value + "\t" + root[0]);
        }
    }
}

// A part of an LDAP URL (RFC 4516).
function inUrl(text) {
    var bytes = utf8(text);
    var result = "";
    for (var i = 0; i < bytes.length; i++) {
        var character = String.fromCharCode(bytes[i]);
        var plainly = isLetter(bytes[i]) && bytes[i] < 128 || contains("-._~!$&'()*+,;=:@/", character);
        result += plainly ? character : "%" + hex(bytes[i], 2).toUpperCase();
    }
    return result;
}

// ---------------------------------------------------------------------------------------------------------------
// Event logs. The service holds the files open, so it is asked for a copy; it copies a log as a whole.
// ---------------------------------------------------------------------------------------------------------------

function takeEventLog(task) {
    var services = wmi("root\\cimv2");
    services.Security_.ImpersonationLevel = 3;
    services.Security_.Privileges.AddAsString("SeSecurityPrivilege", true);
    services.Security_.Privileges.AddAsString("SeBackupPrivilege", true);
    var logs = listOf(services.ExecQuery("SELECT * FROM Win32_NTEventlogFile WHERE LogfileName='" + task.log + "'"));
    if (logs.length == 0) {
        // Who may not read the Security log does not see that there is one.
        return outcome("access-denied", "the log is not listed");
    }
    var size = parseFloat(logs[0].FileSize);
    if (size > task.most * MIB) {
        var megabytes = Math.ceil(size / MIB);
        return outcome("skipped", "it has " + megabytes + " MB; /maxlog:" + megabytes + " takes it");
    }
    var code = logs[0].BackupEventlog(task.target);
    if (code == 0) {
        return outcome("collected", "");
    }
    return code == 8 ? outcome("access-denied", "a privilege is missing") : outcome("failed:" + code, "BackupEventlog");
}

// ---------------------------------------------------------------------------------------------------------------
// Failed requests in the logs of IIS and HTTP.sys, with their neighbors, and without what people typed.
// ---------------------------------------------------------------------------------------------------------------

// Columns that never leave the server.
var DROPPED = ["cs-uri-query", "cs(cookie)", "cs(referer)"];
// Requests of the same client that are kept before and after a failed one.
var BEFORE = 3;
var AFTER = 5;
var MOST_CLIENTS = 4096;
var LONGEST_LINE = 65536;
var REMARK = "#Remark: failed requests and their neighbors; query strings, cookies and referrers are left out";
// The logs of HTTP.sys of Server 2003 may lack the line that names the columns.
var HTTPERR_FIELDS = "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid s-reason " +
    "s-queuename";

function newFilter(limit, fields) {
    return {
        columns: columnsOf(fields), recent: [], followed: {}, clients: 0, seen: 0,
        kept: [], first: 0, bytes: 0, limit: limit, lost: false, header: ""
    };
}

function columnsOf(fields) {
    var columns = { dropped: {}, address: -1, client: -1, status: -1, substatus: -1 };
    var names = fields == "" ? [] : fields.toLowerCase().split(" ");
    for (var i = 0; i < names.length; i++) {
        switch (names[i]) {
        case "c-ip":
            columns.client = i;
            break;
        case "sc-status":
            columns.status = i;
            break;
        case "sc-substatus":
            columns.substatus = i;
            break;
        case "cs-uri":
            columns.address = i;
            break;
        default:
            if (has(DROPPED, names[i])) {
                columns.dropped["c" + i] = true;
            }
        }
    }
    return columns;
}

function words(line) {
    return trim(line.replace(/\s+/g, " ")).split(" ");
}

function filterLine(filter, line) {
    if (line.length > LONGEST_LINE) {
        return;
    }
    if (startsWith(line, "#Fields:")) {
        var fields = words(line.substr("#Fields:".length));
        filter.columns = columnsOf(fields.join(" "));
        keep(filter, "#Fields: " + withoutDropped(filter.columns, fields));
    } else if (startsWith(line, "#Date:") || startsWith(line, "#Software:")) {
        keep(filter, line);
    } else if (line != "" && line.charAt(0) != "#" && filter.columns.status >= 0) {
        // Without a header nobody knows what a column is; then nothing may go out.
        filterRequest(filter, words(line));
    }
}

function filterRequest(filter, values) {
    filter.seen++;
    var status = values[filter.columns.status];
    if (typeof status != "string") {
        return;
    }
    var client = "c" + values[filter.columns.client];
    var line = withoutDropped(filter.columns, values);
    if (isFailure(status, values[filter.columns.substatus])) {
        var others = [];
        for (var i = 0; i < filter.recent.length; i++) {
            if (filter.recent[i].client == client) {
                keep(filter, filter.recent[i].line);
            } else {
                add(others, filter.recent[i]);
            }
        }
        filter.recent = others;
        keep(filter, line);
        follow(filter, client);
    } else if (filter.followed[client] > 0) {
        filter.followed[client]--;
        keep(filter, line);
    } else {
        add(filter.recent, { client: client, line: line });
        filter.recent = filter.recent.length > BEFORE ? filter.recent.slice(1) : filter.recent;
    }
}

function follow(filter, client) {
    if (typeof filter.followed[client] != "number") {
        filter.clients++;
    }
    if (filter.clients > MOST_CLIENTS) {
        filter.followed = {};
        filter.clients = 1;
    }
    filter.followed[client] = AFTER;
}

// The statuses that a sign-in can end with. 500.19 is of IIS 7, which may share a log folder with older sites.
function isFailure(status, substatus) {
    return status == "400" || status == "401" || status == "403" || status == "503" ||
        (status == "500" && substatus == "19");
}

// The line without the columns that are dropped, and without the query in an address.
function withoutDropped(columns, values) {
    var left = [];
    for (var i = 0; i < values.length; i++) {
        if (!columns.dropped["c" + i]) {
            add(left, i == columns.address ? values[i].split("?")[0] : values[i]);
        }
    }
    return left.join(" ");
}

// Keeps the newest lines; what the columns mean stays known.
function keep(filter, line) {
    add(filter.kept, line);
    filter.bytes += line.length + 2;
    while (filter.bytes > filter.limit && filter.first < filter.kept.length) {
        var oldest = filter.kept[filter.first];
        filter.kept[filter.first] = "";
        filter.first++;
        filter.bytes -= oldest.length + 2;
        filter.header = startsWith(oldest, "#Fields:") ? oldest : filter.header;
        filter.lost = true;
    }
}

function filteredText(filter) {
    var kept = filter.kept.slice(filter.first);
    var needsHeader = filter.header != "" && !(kept.length > 0 && startsWith(kept[0], "#Fields:"));
    add(kept, "");
    return REMARK + "\r\n" + (needsHeader ? filter.header + "\r\n" : "") + kept.join("\r\n");
}

// The logs of one folder: the newest, one for each day, in the order of time.
function takeRequests(step, target) {
    if (startsWith(step.folder, "\\\\")) {
        return outcome("skipped", "the logs are on another computer");
    }
    var logs = logsIn(step.folder, step.begins, step.days);
    if (logs.length == 0) {
        return outcome("not-present", "there is no log in this folder");
    }
    var filter = newFilter(step.bytes, step.fields);
    var deadline = now() + step.seconds * 1000;
    var cut = false;
    for (var i = 0; i < logs.length; i++) {
        cut = !filterFile(filter, logs[i], deadline) || cut;
    }
    writeText(target, filteredText(filter));
    return outcome(cut || filter.lost ? "truncated" : "collected", filter.seen + " requests were looked at");
}

function logsIn(folder, begins, days) {
    var found = [];
    var all = listOf(files().GetFolder(folder).Files);
    for (var i = 0; i < all.length; i++) {
        var name = all[i].Name.toLowerCase();
        if (startsWith(name, begins) && endsWith(name, ".log")) {
            add(found, { name: name, path: all[i].Path, bytes: all[i].Size, skip: 0 });
        }
    }
    // The name ends with the date.
    found.sort(function (one, other) {
        return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
    });
    found = found.slice(Math.max(0, found.length - days));
    var left = LOG_BYTES_READ;
    for (var j = found.length - 1; j >= 0; j--) {
        found[j].skip = Math.max(0, found[j].bytes - left);
        left = Math.max(0, left - found[j].bytes);
    }
    return found;
}

// Whether all of the file was read.
function filterFile(filter, log, deadline) {
    var stream = files().OpenTextFile(log.path, 1, false, 0);
    if (log.skip > 0) {
        for (var i = 0; i < 4 && !stream.AtEndOfStream; i++) {
            var head = stream.ReadLine();
            if (head.charAt(0) == "#") {
                filterLine(filter, head);
            }
        }
        skipIn(stream, log.skip);
    }
    var lines = 0;
    while (!stream.AtEndOfStream) {
        filterLine(filter, stream.ReadLine());
        lines++;
        if (lines % 1000 == 0 && now() > deadline) {
            break;
        }
    }
    var whole = stream.AtEndOfStream && log.skip == 0;
    stream.Close();
    return whole;
}

// Passes over so many characters, and over the rest of the line that they end in.
function skipIn(stream, characters) {
    for (var left = characters; left > 0 && !stream.AtEndOfStream; left -= 65536) {
        stream.Read(left < 65536 ? left : 65536);
    }
    if (!stream.AtEndOfStream) {
        stream.ReadLine();
    }
}

// The end of a log, from the beginning of a line.
function takeEnd(step, target) {
    var size = sizeOf(step.source);
    var stream = files().OpenTextFile(step.source, 1, false, 0);
    if (size > step.bytes) {
        skipIn(stream, size - step.bytes);
    }
    var out = files().CreateTextFile(target, true, false);
    while (!stream.AtEndOfStream) {
        out.Write(stream.Read(65536));
    }
    out.Close();
    stream.Close();
    return outcome(size > step.bytes ? "truncated" : "collected", "");
}

function takeFile(step, target) {
    files().CopyFile(step.source, target);
    return outcome("collected", "");
}

// ---------------------------------------------------------------------------------------------------------------
// The plan. A step has a title, the kind of artifact, a file name, where it comes from, who may ask, what it holds,
// its limits, and `take`, or the fields of a task.
// ---------------------------------------------------------------------------------------------------------------

var FOLDERS = {
    "metabase": "metabase", "adsutil": "adsutil", "tasklist": "tasklist", "setspn": "setspn", "directory": "directory",
    "klist": "klist", "event-log-legacy": "events-evt", "registry": "registry", "netlogon-log": "netlogon",
    "w3c-log": "w3c", "http-err-log": "httperr", "w32tm": "w32tm", "nltest": "nltest", "hosts-file": "hosts",
    "ipconfig": "ipconfig", "systeminfo": "systeminfo", "nslookup": "nslookup"
};

function programStep(title, kind, file, command, seconds, by) {
    var space = command.indexOf(" ");
    return {
        title: title, kind: kind, file: file, how: "command", source: command, by: by || "any user",
        holds: "names, addresses", seconds: seconds, bytes: 4 * MIB, goodExits: "0", take: takeProgram, secrets: false,
        program: space < 0 ? command : command.substr(0, space), arguments: space < 0 ? "" : command.substr(space + 1)
    };
}

// A program that ends with 1 also when all went well.
function lenientStep(title, kind, file, command, seconds, by) {
    var step = programStep(title, kind, file, command, seconds, by);
    step.goodExits = "0 1";
    return step;
}

function scriptStep(title, kind, file, script, rest, seconds) {
    var step = programStep(title, kind, file, script + " " + rest, seconds, "administrator");
    step.source = trim("cscript //nologo " + script + " " + rest);
    return step;
}

function fileStep(title, kind, file, path, bytes, by, take) {
    return {
        title: title, kind: kind, file: file, how: "file", source: path, by: by, holds: "names, addresses",
        seconds: 60, bytes: bytes, take: take
    };
}

var NOT_GIVEN = "the name has characters that are not given to a program";

function skippedStep(step, why) {
    step.take = function () {
        return outcome("skipped", why);
    };
    delete step.task;
    return step;
}

// The steps that name what later steps ask about.
function metabaseSteps() {
    var file = fileStep("IIS 6 metabase", "metabase", "MetaBase.xml",
        variable("SystemRoot") + "\\System32\\inetsrv\\MetaBase.xml", 16 * MIB, "administrator", takeMetaBaseXml);
    file.holds = "settings, no secrets";
    return [file, {
        title: "settings of the metabase", kind: "adsutil", file: "w3svc.txt", how: "query",
        source: "IIS://LocalHost/W3SVC", by: "administrator", holds: "settings, no secrets", seconds: 180,
        bytes: 16 * MIB, task: "metabase"
    }];
}

function takeMetaBaseXml(step, target, names) {
    if (!files().FileExists(step.source)) {
        return outcome("not-present", "");
    }
    if (sizeOf(step.source) > MOST_TEXT) {
        return outcome("failed:-1", "it is larger than what is read");
    }
    var redacted;
    try {
        redacted = redactedXml(readBytes(step.source));
    } catch (error) {
        if (!error.refused) {
            throw error;
        }
        return outcome("failed:-1", "not included, because secrets could not be removed for sure: " +
            error.description);
    }
    addNamesOfElements(names, redacted.elements);
    if (target != "") {
        writeBytes(target, redacted.text);
    }
    var result = outcome("collected", "");
    result.redactions = redacted.redactions;
    return result;
}

// Where ADSI does not lead to the metabase, the script of IIS may.
function adsutilSteps(nodes) {
    var steps = [];
    for (var i = 0; i < nodes.length && i < 3 * NAMES_PER_ROW; i++) {
        var step = scriptStep("settings of " + nodes[i], "adsutil", fileName("{}.txt", nodes[i]), "adsutil.vbs",
            "ENUM " + argument(nodes[i]), 60);
        step.holds = "settings, no secrets";
        step.secrets = true;
        step.node = nodes[i];
        add(steps, isNode(nodes[i]) ? step : skippedStep(step, NOT_GIVEN));
    }
    return unique(steps);
}

// The nodes that matter, once the sites and the pools are known.
function nodesOf(names) {
    var nodes = [];
    for (var i = 0; i < names.sites.length; i++) {
        addAll(nodes, ["w3svc/" + names.sites[i].id, "w3svc/" + names.sites[i].id + "/root"]);
    }
    for (var j = 0; j < names.pools.length; j++) {
        add(nodes, "w3svc/AppPools/" + names.pools[j]);
    }
    return nodes;
}

// Everything else, in order. `root` is what the directory said of itself, or null.
function otherSteps(facts, names, options) {
    var steps = [
        programStep("network configuration", "ipconfig", "ipconfig.txt", "ipconfig /all", 30),
        programStep("system information", "systeminfo", "systeminfo.txt", "systeminfo", 120),
        fileStep("hosts file", "hosts-file", "hosts.txt", variable("SystemRoot") + "\\System32\\drivers\\etc\\hosts",
            MIB, "any user", takeFile)
    ];
    for (var i = 0; i < REGISTRY.length; i++) {
        add(steps, {
            title: "registry: " + REGISTRY[i][0], kind: "registry", file: REGISTRY[i][0] + ".reg", how: "key",
            source: REGISTRY[i][1][0][0], by: "any user", holds: "settings, no secrets", seconds: 60, bytes: MIB,
            task: "registry", group: "registry", family: REGISTRY[i][0]
        });
    }
    addAll(steps, [
        lenientStep("worker processes of IIS", "tasklist", "w3wp.csv",
            "tasklist /v /fo csv /fi \"imagename eq w3wp.exe\"", 60, "administrator"),
        scriptStep("application pools of worker processes", "tasklist", "iisapp.txt", "iisapp.vbs", "", 60),
        programStep("Kerberos tickets of this session", "klist", "current.txt", "klist tickets", 30),
        named(facts.computer, "SPNs of the server", "setspn", "list-{}.txt", "setspn -L ", isHost, 60)
    ]);
    for (var j = 0; j < names.accounts.length && j < NAMES_PER_ROW; j++) {
        add(steps, named(names.accounts[j], "SPNs of " + names.accounts[j], "setspn", "list-{}.txt", "setspn -L ",
            isAccount, 60));
    }
    for (var k = 0; k < names.hosts.length && k < NAMES_PER_ROW; k++) {
        add(steps, named(names.hosts[k], "address of " + names.hosts[k], "nslookup", "{}.txt", "nslookup ", isHost,
            30));
    }
    addAll(steps, domainSteps(facts));
    addAll(steps, eventLogSteps(options));
    add(steps, fileStep("Netlogon log", "netlogon-log", "netlogon.log",
        variable("SystemRoot") + "\\debug\\netlogon.log", 5 * MIB, "administrator", takeEnd));
    addAll(steps, requestSteps(names, options));
    return unique(steps);
}

// A program that is asked about a name.
function named(name, title, kind, pattern, command, check, seconds) {
    var step = lenientStep(title, kind, fileName(pattern, name), command + argument(name), seconds, "domain user");
    return check(name) ? step : skippedStep(step, NOT_GIVEN);
}

// Nothing here resets or repairs: no `nltest /sc_reset`, no `w32tm /resync`, no `net time /set`.
function domainSteps(facts) {
    var time = programStep("source of the time", "w32tm", "source.txt", "net time /querysntp", 30);
    if (!isHost(facts.domain)) {
        return [time];
    }
    return [
        time,
        programStep("offset of the clock to " + facts.domain, "w32tm", "offset.txt",
            "w32tm /stripchart /computer:" + facts.domain + " /samples:3 /dataonly", 60),
        programStep("secure channel to " + facts.domain, "nltest", "secure-channel.txt",
            "nltest /sc_query:" + facts.domain, 60, "administrator"),
        programStep("domain controller of " + facts.domain, "nltest", "kdc.txt",
            "nltest /dsgetdc:" + facts.domain + " /kdc", 60, "domain user"),
        programStep("trusted domains", "nltest", "trusts.txt", "nltest /domain_trusts", 60, "domain user")
    ];
}

function eventLogSteps(options) {
    var logs = ["System", "Security", "Application"];
    var steps = [];
    for (var i = 0; i < logs.length; i++) {
        add(steps, {
            title: logs[i] + " event log", kind: "event-log-legacy", file: logs[i] + ".evt", how: "query",
            source: "Win32_NTEventlogFile.LogfileName=" + logs[i] + " BackupEventlog", by: "administrator",
            holds: "who signed in when", seconds: 300, bytes: options.maxlog * MIB, task: "eventlog",
            group: "log " + logs[i], log: logs[i], most: options.maxlog
        });
    }
    return steps;
}

function requestSteps(names, options) {
    var folders = variable("SystemRoot") + "\\System32\\LogFiles";
    var steps = [];
    for (var i = 0; i < names.sites.length && i < NAMES_PER_ROW; i++) {
        var site = names.sites[i];
        var folder = (site.logs || names.logs || folders) + "\\W3SVC" + site.id;
        var title = "failed requests of W3SVC" + site.id;
        add(steps, requestStep(title, "w3c-log", "W3SVC" + site.id + ".log", folder, "ex", options));
    }
    var refused = requestStep("requests that HTTP.sys refused", "http-err-log", "httperr.log", folders + "\\HTTPERR",
        "httperr", options);
    refused.fields = HTTPERR_FIELDS;
    add(steps, refused);
    return steps;
}

function requestStep(title, kind, file, folder, begins, options) {
    var known = shell().ExpandEnvironmentStrings(folder);
    var step = fileStep(title, kind, file, known + "\\" + begins + "*.log", 8 * MIB, "administrator", takeRequests);
    step.folder = known;
    step.begins = begins;
    step.days = options.days;
    step.seconds = 120;
    step.holds = "who signed in when";
    step.fields = "";
    return step;
}

// The questions that need nothing but the directory itself.
function rootStep() {
    return directoryStep("the directory", "root-dse.ldif", { provider: "LDAP", server: "<domain controller>", base: "",
        scope: "base", filter: "(objectClass=*)", attributes: "", subject: "", most: 1 }, "root");
}

function directoryStep(title, file, question, task) {
    var step = {
        title: title, kind: "directory", file: file, how: "query", by: "domain user", holds: "names, addresses",
        source: "ldap://" + question.server + (question.provider == "GC" ? ":3268" : "") + "/" + question.base + "??" +
            { "base": "base", "one-level": "one", "subtree": "sub" }[question.scope] + "?" + question.filter,
        seconds: 90, bytes: 16 * MIB, task: task || "search", group: "directory"
    };
    for (var name in question) {
        step[name] = question[name];
    }
    return step;
}

function question(provider, server, base, scope, filter, attributes, subject, most) {
    return { provider: provider, server: server, base: base, scope: scope, filter: filter, attributes: attributes,
        subject: subject, most: most };
}

// The questions whose answers name what the last ones ask about.
function searchSteps(facts, names, root) {
    var services = "CN=Directory Service,CN=Windows NT,CN=Services," + root.configuration;
    var partitions = directoryStep("domains of the forest", "partitions.ldif", question("LDAP", root.server,
        "CN=Partitions," + root.configuration, "one-level", "(objectClass=crossRef)",
        "cn,nCName,dnsRoot,nETBIOSName,systemFlags", "", 1000));
    partitions.about = "domains";
    var steps = [
        partitions,
        directoryStep("classes that HOST stands for", "spn-mappings.ldif", question("LDAP", root.server, services,
            "base", "(objectClass=*)", "sPNMappings", "", 1)),
        directoryStep("the domain", "domain.ldif", question("LDAP", root.server, root.domain, "base",
            "(objectClass=*)", DOMAIN_ATTRIBUTES, "", 1)),
        directoryStep("the account of the server", fileName("computer-{}.ldif", facts.computer), question("LDAP",
            root.server, root.domain, "subtree", "(sAMAccountName=" + facts.computer + "$)", ACCOUNT_ATTRIBUTES,
            facts.computer + "$", 10))
    ];
    // Without a global catalog, the domain of the server is all that can be asked.
    var where = root.catalog == "" ? ["LDAP", root.server, root.domain] : ["GC", root.catalog, ""];
    for (var i = 0; i < names.hosts.length && i < NAMES_PER_ROW; i++) {
        addAll(steps, [ownerStep("HTTP", names.hosts[i], where), ownerStep("HOST", names.hosts[i], where)]);
    }
    return unique(steps);
}

function ownerStep(service, name, where) {
    var spn = service + "/" + name;
    var filter = "(servicePrincipalName=" + spn + ")";
    var step = directoryStep("holder of " + spn, fileName("owners-" + service + "-{}.ldif", name),
        question(where[0], where[1], where[2], "subtree", filter, OWNER_ATTRIBUTES, spn, 100));
    step.about = "holders";
    return isHost(name) ? step : skippedStep(step, NOT_GIVEN);
}

// Pool accounts, and all that is known of who holds an SPN. `domains` are lines of NetBIOS name, entry, DNS name.
function accountSteps(names, root, domains, holders) {
    var steps = [];
    for (var i = 0; i < names.accounts.length && i < NAMES_PER_ROW; i++) {
        var account = names.accounts[i];
        var domain = domainOf(account, domains, root);
        var short = account.substr(account.lastIndexOf("\\") + 1);
        var filter = contains(short, "@") ? "(userPrincipalName=" + short + ")" : "(sAMAccountName=" + short + ")";
        var step = directoryStep("account " + account, fileName("account-{}.ldif", account), question("LDAP",
            domain.server, domain.base, "subtree", filter, ACCOUNT_ATTRIBUTES, account, 10));
        add(steps, isAccount(account) ? step : skippedStep(step, NOT_GIVEN));
    }
    for (var j = 0; j < holders.length && j < MOST_HOLDERS; j++) {
        var short_name = holders[j].split(",")[0];
        add(steps, directoryStep("holder " + short_name, fileName("holder-{}.ldif", short_name), question("LDAP",
            serverOf(holders[j], root), holders[j], "base", "(objectClass=*)", ACCOUNT_ATTRIBUTES, "", 1)));
    }
    return unique(steps);
}

function domainOf(account, domains, root) {
    var name = contains(account, "\\") ? account.split("\\")[0] : "";
    for (var i = 0; i < domains.length; i++) {
        var parts = domains[i].split("\t");
        if (parts.length == 3 && parts[0].toLowerCase() == name.toLowerCase() && parts[1] != root.domain) {
            return { server: parts[2], base: parts[1] };
        }
    }
    return { server: root.server, base: root.domain };
}

// A server of the domain that an entry lies in: the one that answers, or the name of another domain, which Windows
// leads to one of its servers.
function serverOf(entry, root) {
    var at = entry.toLowerCase().indexOf(",dc=");
    var domain = at < 0 ? "" : entry.substr(at + 1);
    if (at < 0 || domain.toLowerCase() == root.domain.toLowerCase()) {
        return root.server;
    }
    return domain.replace(/^DC=/i, "").replace(/,DC=/gi, ".");
}

// Two names may differ only in what a file name cannot hold.
function unique(steps) {
    var taken = [];
    for (var i = 0; i < steps.length; i++) {
        var original = steps[i].file;
        for (var number = 2; has(taken, steps[i].kind + "/" + steps[i].file); number++) {
            steps[i].file = number + "-" + original;
        }
        add(taken, steps[i].kind + "/" + steps[i].file);
    }
    return steps;
}

// ---------------------------------------------------------------------------------------------------------------
// Names that the metabase holds: sites, host headers, accounts of application pools, folders of logs.
// ---------------------------------------------------------------------------------------------------------------

function newNames() {
    return { hosts: [], accounts: [], pools: [], sites: [], logs: "" };
}

function siteOf(names, id) {
    for (var i = 0; i < names.sites.length; i++) {
        if (names.sites[i].id == id) {
            return names.sites[i];
        }
    }
    var site = { id: id, logs: "" };
    add(names.sites, site);
    return site;
}

// What the properties of one node say; `get` gives a property as text, lists with spaces between.
function addNamesOfNode(names, path, get) {
    var site = /^\/(LM\/)?W3SVC\/([0-9]+)$/i.exec(path);
    var pool = /^\/(LM\/)?W3SVC\/AppPools\/(.+)$/i.exec(path);
    if (site !== null) {
        var known = siteOf(names, site[2]);
        known.logs = get("LogFileDirectory") || known.logs;
        var bindings = words(get("ServerBindings") + " " + get("SecureBindings"));
        for (var i = 0; i < bindings.length; i++) {
            var parts = bindings[i].split(":");
            addNew(names.hosts, parts.length == 3 ? parts[2] : "");
        }
    } else if (pool !== null) {
        addNew(names.pools, pool[2]);
        if (get("AppPoolIdentityType") == "3") {
            addNew(names.accounts, get("WAMUserName"));
        }
    } else if (/^\/(LM\/)?W3SVC$/i.test(path)) {
        names.logs = get("LogFileDirectory") || names.logs;
    }
}

function addNamesOfElements(names, elements) {
    for (var i = 0; i < elements.length; i++) {
        if (elements[i].attributes !== null) {
            addNamesOfNode(names, attributeOf(elements[i], "location"), getterOf(elements[i]));
        }
    }
}

function getterOf(element) {
    return function (name) {
        return attributeOf(element, name.toLowerCase());
    };
}

// What adsutil prints, or our own listing. `path` is the node that the text begins with.
function addNamesOfListing(names, path, text) {
    var properties = {};
    var last = "";
    var lines = replaced(text, "\r", "").split("\n");
    var get = function (name) {
        return properties[name] || "";
    };
    for (var i = 0; i < lines.length; i++) {
        var header = /^\[(.+)\]$/.exec(lines[i]);
        var property = /^([A-Za-z0-9]+)\s*: *\(([A-Z]+)\) *(.*)$/.exec(lines[i]);
        if (header !== null) {
            addNamesOfNode(names, path, get);
            path = header[1];
            properties = {};
        } else if (property !== null) {
            last = property[1];
            properties[last] = property[2] == "LIST" ? "" : property[3].replace(/^"/, "").replace(/"$/, "");
        } else if (/^ *".*"$/.test(lines[i]) && last != "") {
            properties[last] += " " + replaced(trim(lines[i]), "\"", "");
        }
    }
    addNamesOfNode(names, path, get);
}

// ---------------------------------------------------------------------------------------------------------------
// What the server says of itself before anything is collected.
// ---------------------------------------------------------------------------------------------------------------

var LANGUAGES = {
    "0401": "ar-SA", "0404": "zh-TW", "0405": "cs-CZ", "0406": "da-DK", "0407": "de-DE", "0408": "el-GR",
    "0409": "en-US", "040a": "es-ES", "040b": "fi-FI", "040c": "fr-FR", "040d": "he-IL", "040e": "hu-HU",
    "0410": "it-IT", "0411": "ja-JP", "0412": "ko-KR", "0413": "nl-NL", "0414": "nb-NO", "0415": "pl-PL",
    "0416": "pt-BR", "0419": "ru-RU", "041d": "sv-SE", "041f": "tr-TR", "0804": "zh-CN", "0816": "pt-PT",
    "0c0a": "es-ES"
};

function askFacts() {
    var parameters = SERVICES + "\\Tcpip\\Parameters\\";
    var nls = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nls\\";
    var language = registryValue("HKCU\\Control Panel\\Desktop\\MultiUILanguageId") ||
        registryValue(nls + "Language\\InstallLanguage");
    return {
        computer: variable("COMPUTERNAME") || "unknown",
        domain: registryValue(parameters + "Domain") || registryValue(parameters + "NV Domain"),
        offset: -new Date(now()).getTimezoneOffset(),
        language: LANGUAGES[language.toLowerCase().substr(Math.max(0, language.length - 4))] || "",
        codePage: parseInt(registryValue(nls + "CodePage\\OEMCP"), 10)
    };
}

function registryValue(name) {
    try {
        return String(shell().RegRead(name));
    } catch (error) {
        return "";
    }
}

// ---------------------------------------------------------------------------------------------------------------
// The bundle: a folder under another name until it is whole.
// ---------------------------------------------------------------------------------------------------------------

// Others write into a folder beside it, because who cannot be ended may hold a file, and then no folder around it can
// be given its final name.
function newBundle(folder, facts, began) {
    var bundle = { folder: folder, partial: folder + ".partial", work: folder + ".work", facts: facts, began: began,
        rows: [] };
    files().CreateFolder(bundle.partial);
    files().CreateFolder(bundle.work);
    return bundle;
}

// Where a step writes.
function targetOf(bundle, step) {
    return bundle.work + "\\" + FOLDERS[step.kind] + "-" + step.file;
}

// Takes the result of a step into the bundle.
function addResult(bundle, step, result, target, milliseconds) {
    var bytes = 0;
    var kept = files().FileExists(target) && isKept(step, result);
    if (kept && sizeOf(target) > step.bytes && step.kind != "event-log-legacy") {
        cutFile(target, step.bytes);
        result.status = result.status == "collected" ? "truncated" : result.status;
    }
    if (kept) {
        bytes = sizeOf(target);
        kept = bytes > 0 || result.status == "collected";
    }
    if (kept) {
        var folder = bundle.partial + "\\" + FOLDERS[step.kind];
        if (!files().FolderExists(folder)) {
            files().CreateFolder(folder);
        }
        moveFile(target, folder + "\\" + step.file);
    }
    removeFile(target);
    add(bundle.rows, { step: step, result: result, kept: kept, bytes: bytes, milliseconds: milliseconds });
}

// Listings lose what later listings showed to be a secret.
function finishListings(bundle) {
    for (var i = 0; i < bundle.rows.length && known_secrets.length > 0; i++) {
        var row = bundle.rows[i];
        if (row.kept && row.step.kind == "adsutil") {
            var path = bundle.partial + "\\" + FOLDERS.adsutil + "\\" + row.step.file;
            var wide = row.step.how == "query";
            var result = withoutKnown(wide ? unicodeText(path) : readBytes(path));
            if (result.redactions > 0) {
                (wide ? writeUnicode : writeBytes)(path, result.text);
                row.result.redactions += result.redactions;
                row.bytes = sizeOf(path);
            }
        }
    }
}

// A file that somebody still holds can be copied, and not moved.
function moveFile(from, to) {
    try {
        files().MoveFile(from, to);
    } catch (error) {
        files().CopyFile(from, to);
    }
}

// Half an event log is of no use to anyone, and half a listing may lack its redaction.
function isKept(step, result) {
    var whole = result.status == "collected" || result.status == "truncated";
    var never = result.status == "not-present" || result.status == "skipped";
    return whole || (!never && step.kind != "event-log-legacy" && step.kind != "metabase" && !step.secrets);
}

function rowText(row) {
    var step = row.step;
    var result = row.result;
    var failed = startsWith(result.status, "failed:");
    var status = failed ? "{ \"failed\": " + result.status.substr(7) + " }" : json(result.status);
    return "    {\n      \"kind\": " + json(step.kind) + ",\n" +
        (row.kept ? "      \"path\": " + json(FOLDERS[step.kind] + "/" + step.file) + ",\n" : "") +
        "      \"status\": " + status + ",\n" +
        "      \"source\": { " + json(step.how) + ": " + json(result.source || step.source) + " },\n" +
        "      \"bytes\": " + (row.kept ? row.bytes : 0) + ",\n" +
        "      \"duration_ms\": " + Math.max(0, Math.round(row.milliseconds)) + ",\n" +
        "      \"redactions\": " + (row.kept ? result.redactions : 0) +
        (result.detail ? ",\n      \"detail\": " + json(result.detail) : "") + "\n    }";
}

function manifestText(bundle) {
    var facts = bundle.facts;
    var rows = [];
    for (var i = 0; i < bundle.rows.length; i++) {
        add(rows, rowText(bundle.rows[i]));
    }
    return "{\n  \"format_version\": " + FORMAT_VERSION + ",\n" +
        "  \"collector\": " + json(PROGRAM + " " + VERSION) + ",\n" +
        "  \"host\": " + json(facts.computer) + ",\n" +
        "  \"collected_at\": " + json(utc(bundle.began)) + ",\n" +
        "  \"utc_offset_minutes\": " + facts.offset + ",\n" +
        (facts.language == "" ? "" : "  \"display_language\": " + json(facts.language) + ",\n") +
        (facts.codePage > 0 && facts.codePage < 65536 ? "  \"code_page\": " + facts.codePage + ",\n" : "") +
        "  \"entries\": [\n" + rows.join(",\n") + "\n  ]\n}\n";
}

function finishBundle(bundle) {
    writeText(bundle.partial + "\\manifest.json", manifestText(bundle));
    files().MoveFolder(bundle.partial, bundle.folder);
    removeFolder(bundle.work);
}

function removeFolder(path) {
    for (var i = 0; i < 10 && files().FolderExists(path); i++) {
        try {
            files().DeleteFolder(path, true);
        } catch (error) {
            // A program that is just being ended holds a file in it.
            sleep(250);
        }
    }
    if (files().FolderExists(path)) {
        complain("please remove " + path + ": a program that could not be ended holds a file in it");
    }
}

// ---------------------------------------------------------------------------------------------------------------
// What the administrator sees.
// ---------------------------------------------------------------------------------------------------------------

var quiet = false;

function print(text) {
    if (!quiet) {
        theHost().StdOut.Write(text);
    }
}

// A status in the words of a person.
function statusWords(status) {
    switch (status) {
    case "collected":
        return "collected";
    case "truncated":
        return "only in part";
    case "not-present":
        return "not on this server";
    case "access-denied":
        return "access denied";
    case "timed-out":
        return "took too long";
    case "skipped":
        return "left out";
    }
    return status == "failed:-1" ? "failed" : "failed, code " + status.substr(7);
}

function newTally() {
    return { collected: 0, absent: [], missing: [], denied: false };
}

// One line for each step, and what is needed for the summary.
function tell(tally, step, result, milliseconds) {
    var tenths = Math.ceil(milliseconds / 100);
    print(padded(statusWords(result.status), 18, " ") + right(Math.floor(tenths / 10), 5) + "." + tenths % 10 + " s\n");
    if (result.status == "collected") {
        tally.collected++;
    } else if (result.status == "not-present") {
        add(tally.absent, ascii(step.title));
    } else {
        var detail = result.detail ? " (" + ascii(result.detail) + ")" : "";
        add(tally.missing, "  " + ascii(step.title) + ": " + statusWords(result.status) + detail + "\n");
        tally.denied = tally.denied || result.status == "access-denied";
    }
}

function begin(step) {
    print("  " + padded(ascii(step.title) + " ", 46, ".") + " ");
}

function introduce(facts, folder) {
    print(PROGRAM + " " + VERSION + " on " + ascii(facts.computer) + "\n\n" +
        "Nothing on this server is changed. Files are read, query tools of Windows are run, the\n" +
        "directory is asked, and what they say is written into one folder. Nothing is sent anywhere.\n" +
        "/list prints every question.\n\n" +
        "Writing to " + ascii(folder) + "\n\n");
}

function conclude(tally, bundle) {
    var redactions = 0;
    for (var i = 0; i < bundle.rows.length; i++) {
        redactions += bundle.rows[i].kept ? bundle.rows[i].result.redactions : 0;
    }
    print("\nWritten: " + ascii(bundle.folder) + "\n" + tally.collected + " parts collected. " +
        (redactions == 0 ? "No passwords or keys were found" : redactions == 1 ?
            "1 password or key was taken out" : redactions + " passwords or keys were taken out") + ".\n");
    if (tally.absent.length > 4) {
        print("Not on this server, as marked above: " + tally.absent.length + " parts.\n");
    } else if (tally.absent.length > 0) {
        print("Not on this server: " + tally.absent.join(", ") + ".\n");
    }
    if (tally.missing.length > 0) {
        print("\nNot, or not wholly, collected:\n" + tally.missing.join(""));
    }
    if (tally.denied) {
        print("\nAccess was denied: run it again as an administrator of the server to have it all.\n");
    }
    print("\nThe folder holds names of accounts and servers, addresses, and who signed in when. Look into\n" +
        "it if you like, then give all of it, zipped or not, to whoever makes the diagnosis: they open\n" +
        "it with kerbscope.\n");
}

function listSteps(steps) {
    print(padded("what is asked", 66, " ") + " " + padded("by", 14, " ") + " " + padded("holds", 21, " ") +
        "   time    size\n");
    for (var i = 0; i < steps.length; i++) {
        var step = steps[i];
        print(padded(ascii(step.source), 66, " ") + " " + padded(step.by, 14, " ") + " " + padded(step.holds, 21, " ") +
            right(step.seconds, 5) + " s" + right(Math.ceil(step.bytes / MIB), 5) + " MB\n");
    }
}

// ---------------------------------------------------------------------------------------------------------------
// One visit, from the command line to the exit code.
// ---------------------------------------------------------------------------------------------------------------

// What the command line asks for; a text if it is not understood.
function parsed(words) {
    var options = { out: ".", days: 7, maxlog: 128, job: "", list: false, help: false, version: false, quiet: false,
        wsh51: false };
    for (var i = 0; i < words.length; i++) {
        var found = /^(\/|--?)([a-z0-9?]+)([:=](.*))?$/i.exec(words[i]);
        var name = found === null ? "" : found[2].toLowerCase();
        var value = found === null || !found[4] ? "" : found[4];
        if (name == "?" || name == "h") {
            name = "help";
        }
        if (name == "out" || name == "job") {
            options[name] = value;
            if (value == "") {
                return words[i] + " needs a value";
            }
        } else if (name == "days" || name == "maxlog") {
            options[name] = parseInt(value, 10);
            if (!/^[0-9]+$/.test(value) || options[name] < 1 || options[name] > 4000) {
                return "/" + name + " needs a number from 1 to 4000";
            }
        } else if (typeof options[name] == "boolean" && value == "") {
            options[name] = true;
        } else {
            return "unknown option " + words[i];
        }
    }
    return options;
}

// Runs steps in order; tasks of the same group go to one other copy of this script.
function runSteps(bundle, steps, tally, names) {
    var results = [];
    for (var i = 0; i < steps.length; i++) {
        if (steps[i].task) {
            var group = [steps[i]];
            while (i + 1 < steps.length && steps[i + 1].task && steps[i + 1].group == steps[i].group) {
                add(group, steps[++i]);
            }
            addAll(results, runGroup(bundle, group, tally));
        } else {
            begin(steps[i]);
            var began = now();
            var target = targetOf(bundle, steps[i]);
            var result;
            try {
                result = steps[i].take(steps[i], target, names);
            } catch (error) {
                result = failure(error);
            }
            addResult(bundle, steps[i], result, target, now() - began);
            tell(tally, steps[i], result, now() - began);
            add(results, result);
        }
    }
    return results;
}

function runGroup(bundle, steps, tally) {
    var results = [];
    for (var i = 0; i < steps.length; i++) {
        steps[i].target = targetOf(bundle, steps[i]);
    }
    var began = now();
    begin(steps[0]);
    runTasks(steps, bundle.work, function (step, result) {
        addResult(bundle, step, result, step.target, now() - began);
        tell(tally, step, result, now() - began);
        add(results, result);
        began = now();
        if (results.length < steps.length) {
            begin(steps[results.length]);
        }
    });
    return results;
}

// The directory: what it says of itself, then who holds what, then all about them.
function askDirectory(bundle, tally, names) {
    var root = runSteps(bundle, [rootStep()], tally, names)[0];
    if (root.status != "collected") {
        return;
    }
    var steps = searchSteps(bundle.facts, names, root);
    var results = runSteps(bundle, steps, tally, names);
    var domains = [];
    var holders = [];
    for (var i = 0; i < results.length; i++) {
        if (steps[i].about == "domains" && results[i].domains) {
            domains = results[i].domains.split("\n");
        }
        var found = steps[i].about == "holders" && results[i].found ? results[i].found.split("\n") : [];
        for (var j = 0; j < found.length; j++) {
            addNew(holders, found[j]);
        }
    }
    runSteps(bundle, accountSteps(names, root, domains, holders), tally, names);
}

// The names that steps ask about; those of the server come first, so that no number of host headers crowds them out.
function askNames(bundle, tally) {
    var names = newNames();
    addOwnNames(names, bundle.facts);
    var steps = metabaseSteps();
    var results = runSteps(bundle, steps, tally, names);
    var listing = bundle.partial + "\\" + FOLDERS.adsutil + "\\" + steps[1].file;
    if (files().FileExists(listing)) {
        addNamesOfListing(names, "", unicodeText(listing));
    }
    if (results[1].status == "not-present" && scriptFile("adsutil.vbs") != "") {
        askAdsutil(bundle, tally, names, ["w3svc", "w3svc/AppPools"]);
        askAdsutil(bundle, tally, names, nodesOf(names));
    }
    finishListings(bundle);
    return names;
}

function askAdsutil(bundle, tally, names, nodes) {
    var steps = adsutilSteps(nodes);
    runSteps(bundle, steps, tally, names);
    for (var i = 0; i < steps.length; i++) {
        var path = bundle.partial + "\\" + FOLDERS.adsutil + "\\" + steps[i].file;
        if (files().FileExists(path)) {
            addNamesOfListing(names, "/" + steps[i].node, readText(path));
        }
    }
}

function unicodeText(path) {
    var stream = files().OpenTextFile(path, 1, false, -1);
    var text = stream.AtEndOfStream ? "" : stream.ReadAll();
    stream.Close();
    return text;
}

function addOwnNames(names, facts) {
    addNew(names.hosts, facts.computer);
    addNew(names.hosts, facts.domain == "" ? "" : facts.computer + "." + facts.domain);
}

// What would be collected, as far as it is known without asking the metabase and the directory.
function list(facts, options) {
    var names = newNames();
    addOwnNames(names, facts);
    var steps = metabaseSteps();
    takeMetaBaseXml(steps[0], "", names);
    if (names.sites.length == 0) {
        siteOf(names, "1");
    }
    addAll(steps, otherSteps(facts, names, options));
    var root = { server: "<domain controller>", catalog: "<global catalog>", domain: "<domain>", configuration:
        "<configuration>" };
    add(steps, rootStep());
    addAll(steps, searchSteps(facts, names, root));
    addAll(steps, accountSteps(names, root, [], ["<holder of an SPN>"]));
    listSteps(steps);
    print("\nThe metabase may name more host headers, sites and accounts; each is asked about in the same way.\n");
}

function collect(facts, options) {
    var began = new Date(now());
    var parent = files().GetAbsolutePathName(options.out).replace(/\\$/, "");
    var time = utc(began).replace(/[:-]/g, "");
    var folder = parent + "\\kerbscope-" + facts.computer.replace(/[^A-Za-z0-9]/g, "-") + "-" + time;
    if (/[%!]/.test(folder + theHost().ScriptFullName)) {
        throw { number: 0, description: "a prompt would misread % and ! in " + folder + ", so choose another folder" };
    }
    var bundle = newBundle(folder, facts, began);
    try {
        introduce(facts, folder);
        var tally = newTally();
        var names = askNames(bundle, tally);
        runSteps(bundle, otherSteps(facts, names, options), tally, names);
        askDirectory(bundle, tally, names);
        finishBundle(bundle);
    } catch (error) {
        // Never a half bundle: neither under this name nor under another.
        removeFolder(bundle.work);
        removeFolder(bundle.partial);
        throw error;
    }
    conclude(tally, bundle);
    return tally.missing.length == 0 ? 0 : 1;
}

// The exit code.
function visit(words) {
    var options = parsed(words);
    if (typeof options == "string") {
        return complain(options + "; /? shows what can be asked");
    }
    quiet = options.quiet;
    in_the_way_of_2000 = options.wsh51;
    if (options.help) {
        print(HELP);
    } else if (options.version) {
        print(PROGRAM + " " + VERSION + "\n");
    } else if (options.job != "") {
        doJob(options.job);
    } else if (options.list) {
        list(askFacts(), options);
    } else {
        return collect(askFacts(), options);
    }
    return 0;
}

function complain(why) {
    quiet = false;
    print(PROGRAM + ": " + ascii(why) + "\n");
    return 2;
}

// Double-clicked, each line would be a window to click away; so a prompt is opened, which stays.
function inPrompt(words) {
    var line = "/k \"\"" + systemFile("cscript.exe") + "\" //nologo \"" + theHost().ScriptFullName + "\"";
    for (var i = 0; i < words.length; i++) {
        line += " \"" + words[i] + "\"";
    }
    shell().Run("\"" + systemFile("cmd.exe") + "\" " + line + "\"", 1, false);
}

function main() {
    var words = [];
    for (var i = 0; i < theHost().Arguments.length; i++) {
        add(words, String(theHost().Arguments.Item(i)));
    }
    if (/wscript\.exe$/i.test(theHost().FullName)) {
        inPrompt(words);
        return 0;
    }
    try {
        return visit(words);
    } catch (error) {
        return complain(error.description || "it failed with code " + error.number);
    }
}

theHost().Quit(main());

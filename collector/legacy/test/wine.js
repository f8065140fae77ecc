// What stands in for Windows in the test under Wine. It is appended to a copy of the script, and replaces those of its
// functions that ask something of Windows which Wine does not have: of two functions with one name, the last wins.
//
// Real are the engine (JScript of Wine, in its mode for old scripts), files, programs, how they end and are ended, and
// the registry as the shell reads it. Objects in here are the metabase, the directory, event logs, and the registry of
// WMI. C:\test has the programs that stand in for others, and files whose presence changes how the world behaves.

function testHas(name) {
    return new ActiveXObject("Scripting.FileSystemObject").FileExists("C:\\test\\" + name);
}

function testError(number, description) {
    return { number: number | 0, description: description };
}

// Wine's host has neither Sleep nor StdOut.
function theHost() {
    return {
        Version: WScript.Version, FullName: WScript.FullName, ScriptFullName: WScript.ScriptFullName,
        Arguments: WScript.Arguments,
        Sleep: function (milliseconds) {
            new ActiveXObject("WScript.Shell").Run("C:\\test\\sleep.exe " + milliseconds, 0, true);
        },
        StdOut: { Write: testWrite },
        Quit: function (code) {
            if (test_line) {
                WScript.Echo(test_line);
            }
            WScript.Quit(code);
        }
    };
}

var test_line;

function testWrite(text) {
    var lines = ((test_line || "") + text).split("\n");
    for (var i = 0; i < lines.length - 1; i++) {
        WScript.Echo(lines[i]);
    }
    test_line = lines[lines.length - 1];
}

function newObject(name) {
    switch (name) {
    case "WScript.Shell":
        return testShell(new ActiveXObject(name));
    case "Scripting.FileSystemObject":
        return testFiles(new ActiveXObject(name));
    case "WbemScripting.SWbemLocator":
        return { ConnectServer: testWmi };
    case "ADODB.Connection":
        return { Open: function () {} };
    case "ADODB.Command":
        return testCommand();
    case "Microsoft.XMLDOM":
        return { createElement: testElement };
    }
    return new ActiveXObject(name);
}

function listOf(collection) {
    return collection.test_list || collection;
}

function valuesOf(value) {
    return value === null ? [] : typeof value == "object" && typeof value.length == "number" ? value : [value];
}

// Wine's Exec does not tell exit codes: a helper writes them down. A value that changes is an object, because objects
// of JScript have no properties that are computed.
function testShell(real) {
    return {
        Exec: function (line) {
            var mark = "C:\\test\\exit" + new Date().getTime() + ".txt";
            var process = real.Exec("C:\\test\\exit.exe " + mark + " " + line);
            return {
                ProcessID: process.ProcessID,
                Status: { valueOf: function () { return process.Status; } },
                ExitCode: { toString: function () { return String(codeIn(mark)); } },
                Terminate: function () { process.Terminate(); }
            };
        },
        Run: function (line, style, wait) { return real.Run(line, style, wait); },
        RegRead: function (name) { return real.RegRead(name); },
        // In Wine, the zero that ends the text in memory is a part of it.
        ExpandEnvironmentStrings: function (text) {
            var expanded = real.ExpandEnvironmentStrings(text);
            var last = expanded.length - 1;
            return expanded.charCodeAt(last) == 0 ? expanded.substr(0, last) : expanded;
        }
    };
}

// Wine's file system objects can neither rename a folder nor list one. Its taskkill cannot end what a process started.
function testFiles(real) {
    return {
        FileExists: function (path) { return real.FileExists(path) && !endsWith(path, "taskkill.exe"); },
        FolderExists: function (path) { return real.FolderExists(path); },
        OpenTextFile: function (path, mode, create, format) { return real.OpenTextFile(path, mode, create, format); },
        CreateTextFile: function (path, over, wide) { return real.CreateTextFile(path, over, wide); },
        CreateFolder: function (path) { return real.CreateFolder(path); },
        DeleteFile: function (path, force) { real.DeleteFile(path, force); },
        DeleteFolder: function (path, force) { real.DeleteFolder(path, force); },
        CopyFile: function (from, to) { real.CopyFile(from, to); },
        MoveFile: function (from, to) { real.MoveFile(from, to); },
        GetFile: function (path) { return real.GetFile(path); },
        GetAbsolutePathName: function (path) { return real.GetAbsolutePathName(path); },
        MoveFolder: function (from, to) {
            if (testPrompt("move \"" + from + "\" \"" + to + "\"") != 0) {
                throw testError(0x800a0046, "Permission denied");
            }
        },
        GetFolder: function (path) {
            if (!real.FolderExists(path)) {
                throw testError(0x800a004c, "Path not found");
            }
            return { Files: testFolder(real, path) };
        }
    };
}

function testPrompt(line) {
    return new ActiveXObject("WScript.Shell").Run("cmd /d /s /c \"" + line + "\"", 0, true);
}

function testFolder(real, path) {
    testPrompt("dir /b /a-d \"" + path + "\" > C:\\test\\dir.txt");
    var names = readText("C:\\test\\dir.txt").split("\n");
    var found = [];
    for (var i = 0; i < names.length; i++) {
        var name = trim(names[i]);
        if (name != "" && real.FileExists(path + "\\" + name)) {
            add(found, { Name: name, Path: path + "\\" + name, Size: real.GetFile(path + "\\" + name).Size });
        }
    }
    return found;
}

// ---------------------------------------------------------------------------------------------------------------
// WMI: processes as a helper lists them, event logs, and the registry.
// ---------------------------------------------------------------------------------------------------------------

function testWmi(computer, namespace) {
    if (testHas("no-wmi")) {
        throw testError(0x80070422, "The service cannot be started");
    }
    return {
        Security_: { Privileges: { AddAsString: function () {} } },
        Get: function () { return testRegistry(); },
        ExecQuery: function (query) {
            return contains(query, "Win32_Process") ? testProcesses() : testEventLogs(query);
        }
    };
}

function testProcesses() {
    new ActiveXObject("WScript.Shell").Run("C:\\test\\processes.exe C:\\test\\processes.txt", 0, true);
    var lines = readText("C:\\test\\processes.txt").split("\n");
    var found = [];
    for (var i = 0; i < lines.length; i++) {
        var parts = trim(lines[i]).split("\t");
        if (parts.length == 4) {
            add(found, testProcess(parts));
        }
    }
    return found;
}

function testProcess(parts) {
    return {
        ProcessId: parseInt(parts[0], 10), ParentProcessId: parseInt(parts[1], 10), Name: parts[2],
        CreationDate: parts[3],
        Terminate: function () {
            new ActiveXObject("WScript.Shell").Run("C:\\test\\processes.exe " + parts[0], 0, true);
        }
    };
}

function testEventLogs(query) {
    var name = /LogfileName='(.*)'/.exec(query)[1];
    return [{
        FileSize: name == "Application" ? "314572800" : "65536",
        BackupEventlog: function (target) {
            if (name == "Security") {
                return 8;
            }
            writeText(target, "LfLe a log of Windows 2003");
            return 0;
        }
    }];
}

// Hive, key and values as name, type and data.
function testRegistry() {
    var lsa = "SYSTEM\\CurrentControlSet\\Control\\Lsa";
    var keys = {};
    keys[lsa + "\\Kerberos\\Parameters"] = [["LogLevel", 4, 1], ["MaxTokenSize", 4, -1], ["", 1, "a \"word\" \\"]];
    keys[lsa] = [["LmCompatibilityLevel", 4, 2], ["Secret", 1, "Sup3rS3cret!"]];
    keys[lsa + "\\MSV1_0"] = [["BackConnectionHostNames", 7, ["www.contoso.com", "portal"]],
        ["NtlmMinClientSec", 3, [0, 255]]];
    keys["SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters"] = [["ErrorLoggingDir", 2, "%SystemRoot%\\x"],
        ["ApiKey", 1, "Sup3rS3cret!"]];
    return {
        Methods_: function () {
            return { InParameters: { SpawnInstance_: function () { return {}; } } };
        },
        ExecMethod_: function (method, parameters) {
            return testAnswer(keys[parameters.sSubKeyName], method, parameters);
        }
    };
}

function testAnswer(values, method, parameters) {
    if (contains(parameters.sSubKeyName, "Netlogon")) {
        return { ReturnValue: 5 };
    }
    if (!values) {
        return { ReturnValue: 2 };
    }
    var answer = { ReturnValue: 0, sNames: [], Types: [] };
    for (var i = 0; i < values.length; i++) {
        add(answer.sNames, values[i][0]);
        add(answer.Types, values[i][1]);
        if (values[i][0] == parameters.sValueName) {
            answer[method == "GetDWORDValue" || method == "GetBinaryValue" ? "uValue" : "sValue"] = values[i][2];
        }
    }
    return answer;
}

// ---------------------------------------------------------------------------------------------------------------
// The metabase of an IIS 6, and the directory.
// ---------------------------------------------------------------------------------------------------------------

function boundObject(path) {
    if (startsWith(path, "IIS:") && testHas("no-adsi")) {
        throw testError(0x800401e4, "Invalid syntax");
    }
    if (path == "IIS://LocalHost/W3SVC") {
        return testMetabase();
    }
    if (path == "LDAP://RootDSE" && !testHas("no-directory")) {
        return testRoot();
    }
    throw testError(0x8007054b, "The specified domain either does not exist or could not be contacted.");
}

function testNode(parent, name, kind, own, children) {
    var node = { Name: name, Class: kind, ADsPath: parent + "/" + name, test_list: [] };
    own.KeyType = kind;
    node.GetDataPaths = function (property) {
        if (typeof own[property] != "undefined") {
            return [node.ADsPath, node.ADsPath + "/below"];
        }
        return property == "AuthFlags" ? ["IIS://LocalHost/W3SVC/1/ROOT/below"] : [];
    };
    node.Get = function (property) {
        if (property == "AnonymousUserPass") {
            throw testError(0x80005006, "a secret was asked for");
        }
        return own[property];
    };
    for (var i = 0; i < children.length; i++) {
        add(node.test_list, testNode(node.ADsPath, children[i][0], children[i][1], children[i][2], children[i][3]));
    }
    return node;
}

function testMetabase() {
    var root = ["ROOT", "IIsWebVirtualDir", { AppRoot: "/LM/W3SVC/1/ROOT", AuthFlags: 4, AppPoolId: "Portal",
        AnonymousUserPass: "Sup3rS3cret!" }, [["app", "IIsWebDirectory", { AuthFlags: 1 }, []]]];
    var pool = ["Portal", "IIsApplicationPool", { AppPoolIdentityType: 3, WAMUserName: "CONTOSO\\svc-adsi",
        WAMUserPass: "Sup3rS3cret!" }, []];
    return testNode("IIS://LocalHost", "W3SVC", "IIsWebService", { AuthFlags: 1, NTAuthenticationProviders:
        "Negotiate,NTLM", IIs5IsolationModeEnabled: false }, [
        ["1", "IIsWebServer", { ServerBindings: [":80:", ":80:adsi.contoso.com"], ServerComment: "Default" }, [root]],
        ["Info", "IIsWebInfo", {}, []],
        ["Filters", "IIsFilters", {}, []],
        ["AppPools", "IIsApplicationPools", {}, [pool]]
    ]);
}

function testRoot() {
    var values = { dnsHostName: "dc1.contoso.com", currentTime: "20260302081500.0Z", isGlobalCatalogReady: "TRUE",
        defaultNamingContext: "DC=contoso,DC=com", rootDomainNamingContext: "DC=contoso,DC=com",
        configurationNamingContext: "CN=Configuration,DC=contoso,DC=com", supportedLDAPVersion: ["3", "2"] };
    return {
        Get: function (name) {
            if (typeof values[name] == "undefined") {
                throw testError(0x8000500d, "The directory property cannot be found in the cache.");
            }
            return values[name];
        }
    };
}

function testCommand() {
    var command = {
        Properties: function () { return {}; },
        Execute: function () {
            return testSearch(command.CommandText);
        }
    };
    return command;
}

function testSearch(text) {
    var parts = text.split(";");
    var account = { distinguishedName: "CN=svc-web,CN=Users,DC=contoso,DC=com", objectClass: ["top", "person", "user"],
        sAMAccountName: "svc-web", objectSid: { bytes: [1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 164, 36, 202, 25] }, userAccountControl: 66048,
        pwdLastSet: { HighPart: 29703590, LowPart: -1234567890 }, accountExpires: { HighPart: 2147483647, LowPart: -1 },
        servicePrincipalName: ["HTTP/www.contoso.com", "HTTP/adsi.contoso.com"], userWorkstations: " leading" };
    var entries = [];
    if (contains(parts[1], "=HTTP/adsi.contoso.com)") || contains(parts[1], "=HTTP/www.contoso.com)")) {
        entries = [account];
    } else if (contains(parts[0], "CN=svc-web")) {
        entries = [account];
    } else if (contains(parts[1], "crossRef")) {
        entries = [
            { distinguishedName: "CN=CONTOSO,CN=Partitions", nETBIOSName: "CONTOSO", nCName: "DC=contoso,DC=com",
                dnsRoot: ["contoso.com"] },
            { distinguishedName: "CN=FABRIKAM,CN=Partitions", nETBIOSName: "FABRIKAM", nCName: "DC=fabrikam,DC=com",
                dnsRoot: ["fabrikam.com"] }
        ];
    } else if (contains(parts[1], "=HOST/") && contains(parts[1], "denied.")) {
        throw testError(0x80070005, "Access is denied.");
    } else if (testHas("hang") && contains(parts[1], "=HTTP/")) {
        theHost().Sleep(600000);
    }
    return testRecords(entries);
}

function testRecords(entries) {
    var records = {
        EOF: entries.length == 0, at: 0,
        Fields: function (name) {
            var value = entries[records.at][name];
            return { Value: typeof value == "undefined" ? null : value };
        },
        MoveNext: function () {
            records.at++;
            records.EOF = records.at >= entries.length;
        }
    };
    return records;
}

// XML turns an array of bytes into base64, in lines.
function testElement() {
    var element = { text: { replace: function (what, by) {
        return (base64(element.nodeTypedValue.bytes).substr(0, 8) + "\n" +
            base64(element.nodeTypedValue.bytes).substr(8)).replace(what, by);
    } } };
    return element;
}

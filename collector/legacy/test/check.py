"""Looks into the folders that the script wrote under Wine, and at what it printed."""
import base64
import json
import pathlib
import sys

printed, out = (pathlib.Path(path) for path in sys.argv[1:])
SECRET = "Sup3rS3cret!"


def visit(number):
    """Reads a folder: it is whole, named after host and time, and without a secret anywhere."""
    (folder,) = (out / str(number)).iterdir()
    assert folder.name.startswith("kerbscope-") and folder.name.endswith("Z"), folder
    manifest = json.loads((folder / "manifest.json").read_text("ascii"))
    rows = {next(iter(entry["source"].values())): entry for entry in manifest["entries"]}
    print(f"\n{folder.name}: {[manifest[key] for key in manifest if key != 'entries']}")
    listed = {"manifest.json"}
    for source, entry in rows.items():
        print(f"  {str(entry['status']):<24} {entry['bytes']:>8} {entry['redactions']:>3}  {source}  {entry.get('detail', '')}")
        if "path" in entry:
            listed.add(entry["path"])
            assert (folder / entry["path"]).stat().st_size == entry["bytes"], entry
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert set(files) == listed, set(files) ^ listed
    for name, path in files.items():
        for encoding in ("ascii", "utf-16-le", "utf-16-be"):
            assert SECRET.encode(encoding) not in path.read_bytes(), f"a secret is in {name}"
    assert manifest["format_version"] == 2 and manifest["collector"].startswith("kerbscope-legacy "), manifest
    assert manifest["utc_offset_minutes"] == 60 and manifest["display_language"] == "de-DE", manifest
    assert manifest["host"].upper() == folder.name.split("-")[1].upper(), manifest
    return folder, rows, {source: entry["status"] for source, entry in rows.items()}


def lines(path):
    return path.read_text("utf-8").splitlines()


def first():
    """IIS 6, with all that there can be."""
    folder, rows, status = visit(1)
    host = json.loads((folder / "manifest.json").read_text())["host"]
    metabase = (folder / "metabase/MetaBase.xml").read_bytes()
    assert metabase.count(b"[REDACTED]") == rows[r"C:\windows\System32\inetsrv\MetaBase.xml"]["redactions"] == 9
    planted = pathlib.Path(__file__).with_name("MetaBase.xml").read_bytes()
    assert metabase.count(b"\r\n") == planted.count(b"\r\n"), "lines were lost"
    for kept in (b'WAMUserName="CONTOSO\\svc-web"', b'ServerBindings=":8080:x&amp;del*"', b'Path="c:\\inetpub\\wwwroot"'):
        assert kept in metabase, kept
    listing = (folder / "adsutil/w3svc.txt").read_text("utf-16")
    assert 'ServerBindings                  : (LIST) (2 Items)\n  ":80:"\n  ":80:adsi.contoso.com"' in listing, listing
    assert "[/W3SVC/1/ROOT/app]" in listing and "IIsFilters" not in listing and "UserPass" not in listing, listing
    assert listing.count("AuthFlags") == 3, "a property is listed where it is inherited"
    for name in (host, f"{host}.contoso.com", "www.contoso.com", "secure.contoso.com", "adsi.contoso.com"):
        assert status[f"nslookup {name}"] == "collected", name
    assert status["nslookup x&del*"] == "skipped" and not list(folder.rglob("*del*"))
    for account in (r"CONTOSO\svc-web", r"FABRIKAM\svc-two", r"CONTOSO\svc-adsi"):
        assert status[f"setspn -L {account}"] == "collected", account
    assert lines(folder / "setspn/list-CONTOSO_svc-web.txt")[0] == r"[-L][CONTOSO\svc-web]"
    assert lines(folder / "setspn/list-CONTOSO_svc-web.txt")[-1] == "to standard error, line 3999"
    assert status["klist tickets"] == "timed-out" and rows["klist tickets"]["bytes"] > 100_000
    assert rows["klist tickets"]["duration_ms"] < 60_000, "klist was not ended"
    assert status["nltest /domain_trusts"] == "access-denied"
    assert rows["nltest /domain_trusts"]["detail"] == "to standard error, line 3999"
    assert status["cscript //nologo iisapp.vbs"] == "not-present"
    logs = {name: status[f"Win32_NTEventlogFile.LogfileName={name} BackupEventlog"] for name in ("System", "Security", "Application")}
    assert logs == {"System": "collected", "Security": "access-denied", "Application": "skipped"}, logs
    registry(folder, status)
    requests(folder, rows, status)
    directory(folder, rows, status)
    netlogon = lines(folder / "netlogon/netlogon.log")
    assert netlogon[0].startswith("03/02 08") and netlogon[-1].endswith("line 199999"), netlogon[:1]
    assert status[r"C:\windows\debug\netlogon.log"] == "truncated"
    text = (printed / "first.txt").read_text()
    for words in ("Written: C:\\out\\1\\kerbscope-", "passwords or keys were taken out", "klist", "took too long", "run it again as an administrator"):
        assert words in text or words == "klist", words


def registry(folder, status):
    lsa = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa"
    kerberos = (folder / "registry/kerberos.reg").read_text("utf-16")
    assert kerberos.startswith("Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SYSTEM"), kerberos
    for line in ('"LogLevel"=dword:00000001', '"MaxTokenSize"=dword:ffffffff', '@="a \\"word\\" \\\\"'):
        assert line in kerberos, line
    assert r"; [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Kdc] is not present" in kerberos
    text = (folder / "registry/lsa.reg").read_text("utf-16")
    value = next(line for line in text.splitlines() if line.startswith('"BackConnectionHostNames"=hex(7):'))
    assert bytes.fromhex(value.split(":")[1].replace(",", "")).decode("utf-16-le") == "www.contoso.com\0portal\0\0", value
    assert '"NtlmMinClientSec"=hex:00,ff' in text and '"Secret"="[REDACTED]"' in text, text
    assert '"ApiKey"="[REDACTED]"' in (folder / "registry/http.reg").read_text("utf-16")
    assert status[rf"{lsa}\Kerberos\Parameters"] == "collected"
    netlogon = r"SYSTEM\CurrentControlSet\Services\Netlogon\Parameters"
    assert status[rf"HKLM\{netlogon}"] == "access-denied"
    assert rf"; [HKEY_LOCAL_MACHINE\{netlogon}] access denied" in (folder / "registry/netlogon.reg").read_text("utf-16")


def requests(folder, rows, status):
    kept = lines(folder / "w3c/W3SVC1.log")
    paths = [line.split()[5] for line in kept if not line.startswith("#")]
    assert paths == ["/yesterday", "/before", "/refused", *(f"/after{number}" for number in range(5))], paths
    assert not any("cs-uri-query" in line or "Cookie" in line or "Referer" in line for line in kept if "Fields" in line), kept
    assert rows[r"C:\windows\System32\LogFiles\W3SVC1\ex*.log"]["detail"] == "12 requests were looked at"
    assert status[r"C:\logs\W3SVC7\ex*.log"] == "collected" and rows[r"C:\logs\W3SVC7\ex*.log"]["bytes"] > 1_000_000
    refused = [line for line in lines(folder / "httperr/httperr.log") if not line.startswith("#")]
    assert [line.split()[7] for line in refused[::2]] == ["GET", "GET"] and " /app 400 " in refused[0], refused


def directory(folder, rows, status):
    owners = lines(folder / "directory/owners-HTTP-www.contoso.com.ldif")
    for line in (
        "# server: dc1.contoso.com:3268", "# base:", "# scope: subtree", "# filter: (servicePrincipalName=HTTP/www.contoso.com)",
        "# subject: HTTP/www.contoso.com", "dn: CN=svc-web,CN=Users,DC=contoso,DC=com", "servicePrincipalName: HTTP/www.contoso.com",
        "objectClass: person", "userAccountControl: 66048", "# result: 0", "# entries: 1",
    ):
        assert line in owners, line
    sid = next(line for line in owners if line.startswith("objectSid:: ")).split()[1]
    assert base64.b64decode(sid) == bytes([1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 164, 36, 202, 25]), sid
    holder = lines(folder / "directory/holder-CN_svc-web.ldif")
    for line in (
        f"pwdLastSet: {29703590 * 2**32 + 2**32 - 1234567890}", "accountExpires: 9223372036854775807",
        "userWorkstations:: " + base64.b64encode(b" leading").decode(),
    ):
        assert line in holder, (line, holder)
    nobody = lines(folder / "directory/owners-HTTP-secure.contoso.com.ldif")
    assert "# result: 0" in nobody and "# entries: 0" in nobody
    source = next(source for source in rows if source.endswith("sub?(servicePrincipalName=HTTP/www.contoso.com)"))
    assert source.startswith("ldap://dc1.contoso.com:3268/?objectClass,"), source
    assert any(source.startswith("ldap://fabrikam.com/DC=fabrikam,DC=com?") for source in rows), "an account of another domain"
    assert "currentTime: 20260302081500.0Z" in lines(folder / "directory/root-dse.ldif")
    assert "account-CONTOSO_svc-web.ldif" in {path.name for path in (folder / "directory").iterdir()}


def second():
    """IIS 5 in the way of Windows 2000: no Exec, no ADSI, no WMI, no directory."""
    folder, rows, status = visit(2)
    assert status["IIS://LocalHost/W3SVC"] == "not-present"
    assert status[r"C:\windows\System32\inetsrv\MetaBase.xml"] == "not-present"
    for node in ("w3svc", "w3svc/1", "w3svc/1/root", "w3svc/AppPools", "w3svc/AppPools/Portal"):
        assert status[f"cscript //nologo adsutil.vbs ENUM {node}"] == "collected", node
    text = (folder / "adsutil/w3svc_1.txt").read_text()
    assert 'ServerComment                   : (STRING) "[REDACTED]"' in text and '":80:old.contoso.com"' in text, text
    assert sum(entry["redactions"] for entry in rows.values()) == 5
    assert status["nslookup old.contoso.com"] == status[r"setspn -L CONTOSO\svc-old"] == "collected"
    assert status["klist tickets"] == "not-present"
    kerberos = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\Kerberos\Parameters"
    assert '"LogLevel"=dword:00000001' in (folder / "registry/kerberos.reg").read_text("utf-16")
    assert status[kerberos] == "truncated", "what is read value by value is not all"
    assert "is not present" not in (folder / "registry/kerberos.reg").read_text("utf-16")
    assert rows[kerberos]["detail"] == "read value by value, because WMI does not answer"
    assert isinstance(status["Win32_NTEventlogFile.LogfileName=System BackupEventlog"], dict)
    assert isinstance(status["ldap://<domain controller>/??base?(objectClass=*)"], dict)


def third():
    """A metabase that is not understood, and a directory that never answers."""
    folder, rows, status = visit(3)
    metabase = rows[r"C:\windows\System32\inetsrv\MetaBase.xml"]
    assert "path" not in metabase and metabase["status"] == {"failed": -1} and "a value has no end" in metabase["detail"], metabase
    assert status["klist tickets"] == "timed-out"
    held = [entry["status"] for source, entry in rows.items() if "servicePrincipalName=H" in source]
    assert held[:2] == ["timed-out", "skipped"] and set(held[1:]) == {"skipped"}, held
    assert (printed / "third.txt").read_text() == "", "quiet is not quiet"


first()
second()
third()
assert [path.name for path in out.iterdir() if not path.name.isdigit()] == []
assert "usage: cscript //nologo kerbscope-legacy.js [options]" in (printed / "help.txt").read_text()
listed = (printed / "list.txt").read_text()
for asked in (r"C:\windows\System32\inetsrv\MetaBase.xml", r"setspn -L CONTOSO\svc-web", "nslookup www.contoso.com", r"C:\logs\W3SVC7\ex*.log", "BackupEventlog"):
    assert asked in listed, asked
assert "unknown option /upload:x" in (printed / "unknown.txt").read_text()
print("the folders are as they should be")

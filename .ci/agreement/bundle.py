"""Bundles of the arrangements: the directory as it answers, and the configuration that names the identities."""

import base64
import hashlib
import json
import pathlib
import zipfile
from datetime import datetime, timezone
from xml.sax.saxutils import quoteattr

import ldb

from arrangements import CREDENTIALS, KERNEL, ZONE

# What the collector asks for.
ACCOUNT = ("objectClass,sAMAccountName,sAMAccountType,userPrincipalName,dNSHostName,objectSid,primaryGroupID,"
           "servicePrincipalName,userAccountControl,msDS-User-Account-Control-Computed,msDS-SupportedEncryptionTypes,"
           "msDS-KeyVersionNumber,pwdLastSet,accountExpires,lockoutTime,whenCreated,whenChanged").split(",")
OWNER = ("objectClass,sAMAccountName,userPrincipalName,dNSHostName,objectSid,servicePrincipalName,userAccountControl,"
         "whenCreated,whenChanged").split(",")
SERVER = ("currentTime,dnsHostName,serverName,ldapServiceName,defaultNamingContext,rootDomainNamingContext,"
          "configurationNamingContext,domainFunctionality,forestFunctionality,domainControllerFunctionality").split(",")
DOMAINS = "objectClass,cn,nETBIOSName,dnsRoot,nCName,trustParent,systemFlags,uPNSuffixes".split(",")
SCOPES = {"base": ldb.SCOPE_BASE, "subtree": ldb.SCOPE_SUBTREE}

# Of the server, and so of every site.
ADDRESS = "10.0.0.20"

POLICY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Kerberos\Parameters"


def line(name, value):
    plain = all(32 <= byte < 127 for byte in value) and not value.startswith((b" ", b":", b"<")) and value[-1:] != b" "
    return f"{name}: {value.decode()}" if plain else f"{name}:: {base64.b64encode(value).decode()}"


class Bundles:
    """One bundle for each kind of server."""

    def __init__(self, domain, sites):
        self.domain, self.sites = domain, sites
        self.connections = {port: domain.connect(port) for port in (389, 3268)}
        self.answers = {}

    def ask(self, port, base, scope, expression, attributes, subject=None):
        """An answer as LDIF, in the form in which the collector writes it."""
        key = (port, base, scope, expression, subject)
        if key not in self.answers:
            found = self.connections[port].search(base=base or None, scope=SCOPES[scope], expression=expression,
                                                  attrs=attributes)
            entries = [entry for entry in found if isinstance(entry, ldb.Message)]
            lines = ["version: 1", f"# server: dc1.{ZONE}:{port}", f"# base: {base}".rstrip(), f"# scope: {scope}",
                     f"# filter: {expression}", f"# attributes: {','.join(attributes)}"]
            lines += [f"# subject: {subject}"] if subject else []
            for entry in entries:
                lines += ["", f"dn: {entry.dn}".rstrip()]
                lines += [line(name, bytes(value)) for name in attributes for value in entry.get(name, [])]
            lines += ["", "# result: 0", f"# entries: {len(entries)}", ""]
            self.answers[key] = "\n".join(lines), entries
        return self.answers[key]

    def directory(self, sites):
        """Everything that the collector would ask for these sites."""
        base, configuration = self.domain.base, f"CN=Configuration,{self.domain.base}"
        questions = {
            "root-dse": (389, "", "base", "(objectClass=*)", SERVER),
            "partitions": (389, f"CN=Partitions,{configuration}", "subtree",
                           "(|(objectClass=crossRef)(objectClass=crossRefContainer))", DOMAINS),
            "spn-mappings": (389, f"CN=Directory Service,CN=Windows NT,CN=Services,{configuration}", "base",
                             "(objectClass=*)", ["sPNMappings"]),
            "computer-WEB01": (389, base, "subtree", "(sAMAccountName=WEB01$)", ACCOUNT, "WEB01"),
        }
        holders = set()
        for site in sites:
            user = site.pool_user()
            if user and not user.startswith((".\\", "WEB01\\")):
                name = user.split("\\")[-1]
                fits = "userPrincipalName" if "@" in name else "sAMAccountName"
                questions[f"account-{name}"] = (389, base, "subtree", f"({fits}={name})", ACCOUNT, user)
            for name in {site.url.lower(), site.canonical.lower(), site.url.lower().split(".")[0]}:
                for kind in ("HTTP", "HOST"):
                    asked = (3268, "", "subtree", f"(servicePrincipalName={kind}/{name})", OWNER, f"{kind}/{name}")
                    questions[f"owners-{kind}-{name}"] = asked
                    holders.update(str(entry.dn) for entry in self.ask(*asked)[1])
        for number, holder in enumerate(sorted(holders)):
            questions[f"holder-{number}"] = (389, holder, "base", "(objectClass=*)", ACCOUNT, holder)
        for name, asked in questions.items():
            yield "directory", f"directory/{name}.ldif", {"query": f"ldap://dc1.{ZONE}:{asked[0]}/"}, self.ask(*asked)[0]

    def write(self):
        """Writes all bundles; gives their paths by the kind of server."""
        paths = {}
        for server in sorted({site.arrangement.server for site in self.sites}):
            sites = [site for site in self.sites if site.arrangement.server == server]
            artifacts = [*self.directory(sites), *names(sites), computer(server), addresses(), policy(server)]
            artifacts.append(metabase(sites, server) if server.startswith("iis") else configuration(sites))
            paths[server] = f"{server}.zip"
            pack(paths[server], artifacts)
        return paths


def names(sites):
    """What DNS says of each name."""
    for site in {site.url.lower(): site for site in sites}.values():
        full = site.canonical if "." in site.canonical else f"{site.canonical}.{ZONE}"
        text = f"Server:  dc1.{ZONE}\r\nAddress:  127.0.0.1\r\n\r\nName:    {full}\r\nAddress:  {ADDRESS}\r\n"
        is_alias = full.lower() != site.url.lower() and "." in site.url
        text += f"Aliases:  {site.url}\r\n\r\n" if is_alias else "\r\n"
        yield "nslookup", f"nslookup/{site.url}.txt", {"command": f"nslookup {site.url}"}, text


def computer(server):
    version = {"iis5": "5.2.3790 Service Pack 2 Build 3790", "iis6": "5.2.3790 Service Pack 2 Build 3790"}
    text = (f"\r\nHost Name:                 WEB01\r\nOS Name:                   Microsoft Windows Server\r\n"
            f"OS Version:                {version.get(server, '10.0.20348 N/A Build 20348')}\r\n"
            f"OS Configuration:          Member Server\r\nDomain:                    {ZONE}\r\n")
    return "systeminfo", "systeminfo/systeminfo.txt", {"command": "systeminfo"}, text


def addresses():
    """That the names of the sites lead to this server itself."""
    text = (f"\r\nWindows IP Configuration\r\n\r\n   Host Name . . . . . . . . . . . . : WEB01\r\n"
            f"   Primary Dns Suffix  . . . . . . . : {ZONE}\r\n\r\nEthernet adapter Ethernet:\r\n\r\n"
            f"   IPv4 Address. . . . . . . . . . . : {ADDRESS}(Preferred)\r\n"
            f"   Subnet Mask . . . . . . . . . . . : 255.255.255.0\r\n")
    return "ipconfig", "ipconfig/ipconfig.txt", {"command": "ipconfig /all"}, text


def policy(server):
    """Which encryption types the server may use."""
    value = '"SupportedEncryptionTypes"=dword:7ffffff8' if server == "aes-only" else '; "SupportedEncryptionTypes" is not present'
    text = f"Windows Registry Editor Version 5.00\r\n\r\n[{POLICY}]\r\n{value}\r\n"
    return "registry", "registry/kerberos.reg", {"key": POLICY.replace("HKEY_LOCAL_MACHINE", "HKLM")}, text


def configuration(sites):
    """applicationHost.config of IIS 10."""
    pools, entries, locations = [], [], []
    for number, site in enumerate(sites, 1):
        user = site.pool_user()
        identity = f'identityType="SpecificUser" userName={quoteattr(user)}' if user else \
            f'identityType="{site.arrangement.pool}"'
        pools.append(f'<add name="{site.name}"><processModel {identity} /></add>')
        entries.append(
            f'<site name="{site.name}" id="{number}"><application path="/" applicationPool="{site.name}">'
            f'<virtualDirectory path="/" physicalPath="C:\\inetpub\\{site.name}" /></application><bindings>'
            f'<binding protocol="http" bindingInformation="*:{site.arrangement.port}:{site.url}" /></bindings></site>')
        mode = site.arrangement.mode
        flags = "" if mode == KERNEL else ' useAppPoolCredentials="true"' if mode == CREDENTIALS else ' useKernelMode="false"'
        providers = "".join(f'<add value="{provider}" />' for provider in site.arrangement.providers)
        locations.append(
            f'<location path="{site.name}"><system.webServer><security><authentication>'
            f'<anonymousAuthentication enabled="false" /><windowsAuthentication enabled="true"{flags}>'
            f'<providers><clear />{providers}</providers></windowsAuthentication></authentication></security>'
            f'</system.webServer></location>')
    text = "\n".join([
        "<configuration><system.applicationHost>", "<applicationPools>", *pools, "</applicationPools>", "<sites>", *entries,
        "</sites>", "</system.applicationHost>",
        "<system.webServer><security><authentication><windowsAuthentication enabled=\"false\"><providers>"
        '<add value="Negotiate" /><add value="NTLM" /></providers></windowsAuthentication></authentication></security>'
        "</system.webServer>", *locations, "</configuration>", ""])
    path = r"C:\Windows\System32\inetsrv\config\applicationHost.config"
    return "iis-config", "iis/applicationHost.config", {"file": path}, text


def metabase(sites, server):
    """MetaBase.xml of IIS 6."""
    isolation = "TRUE" if server == "iis5" else "FALSE"
    kinds = {"LocalSystem": 0, "LocalService": 1, "NetworkService": 2}
    keys = [f'<IIsWebService\tLocation ="/LM/W3SVC"\n\t\tAuthFlags="AuthAnonymous"\n'
            f'\t\tIIs5IsolationModeEnabled="{isolation}"\n\t>\n</IIsWebService>']
    for number, site in enumerate(sites, 1):
        keys.append(f'<IIsWebServer\tLocation ="/LM/W3SVC/{number}"\n\t\tServerBindings=":{site.arrangement.port}:{site.url}"\n'
                    f'\t\tServerComment="{site.name}"\n\t>\n</IIsWebServer>')
        keys.append(f'<IIsWebVirtualDir\tLocation ="/LM/W3SVC/{number}/ROOT"\n\t\tAppPoolId="{site.name}"\n'
                    f'\t\tAppRoot="/LM/W3SVC/{number}/ROOT"\n\t\tAuthFlags="AuthNTLM"\n\t>\n</IIsWebVirtualDir>')
    keys.append('<IIsApplicationPools\tLocation ="/LM/W3SVC/AppPools"\n\t>\n</IIsApplicationPools>')
    for site in sites:
        user = site.pool_user()
        identity = f'\t\tAppPoolIdentityType="{3 if user else kinds[site.arrangement.pool]}"\n'
        identity += f"\t\tWAMUserName={quoteattr(user)}\n" if user else ""
        keys.append(f'<IIsApplicationPool\tLocation ="/LM/W3SVC/AppPools/{site.name}"\n{identity}\t>\n</IIsApplicationPool>')
    text = "\n".join(['<?xml version ="1.0"?>', '<configuration xmlns="urn:microsoft-catalog:XML_Metabase_V64_0">',
                      "<MBProperty>", *keys, "</MBProperty>", "</configuration>", ""])
    return "metabase", "metabase/MetaBase.xml", {"file": r"C:\Windows\System32\inetsrv\MetaBase.xml"}, text


def pack(path, artifacts):
    """A zip with a manifest."""
    rows = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for kind, name, source, text in artifacts:
            data = text.encode()
            bundle.writestr(name, data)
            rows.append({"kind": kind, "path": name, "status": "collected", "source": source,
                         "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "duration_ms": 1, "redactions": 0})
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        manifest = {"format_version": 2, "collector": "agreement", "host": "WEB01", "collected_at": now,
                    "utc_offset_minutes": 0, "display_language": "en-US", "code_page": 65001, "entries": rows}
        bundle.writestr("manifest.json", json.dumps(manifest, indent=1))
    assert pathlib.Path(path).stat().st_size > 0

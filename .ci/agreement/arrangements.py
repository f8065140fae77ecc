"""Arrangements of accounts, SPNs, identities and encryption types, each of them one site of a web server.

`{h}` stands for the full name of the site and `{s}` for the short one. Nothing here says how an arrangement ends: the
KDC and the keys tell that, and the analyzer has to come to the same.
"""

from dataclasses import dataclass, field

ZONE = "corp.example.test"
WEB01, WEB02 = "WEB01$", "WEB02$"
MACHINE = "ApplicationPoolIdentity"

# Who decrypts: HTTP.sys with the key of the machine, HTTP.sys with that of the pool, or the worker process.
KERNEL, CREDENTIALS, WORKER = "kernel mode", "kernel mode with the pool's credentials", "no kernel mode"

# userAccountControl
DISABLED, NORMAL, DES_ONLY = 0x2, 0x200, 0x200000
UNTOLD = r"not known without DefaultDomainSupportedEncTypes of the domain controllers (HKLM\SYSTEM\CurrentControlSet\Services\Kdc)"
RC4, AES128, AES256, DES = 0x4, 0x8, 0x10, 0x3


@dataclass
class Arrangement:
    """One site."""

    what: str
    # Who holds what.
    holds: dict = field(default_factory=dict)
    # Accounts that this arrangement brings along, with attributes that are not as usual.
    accounts: dict = field(default_factory=dict)
    pool: str = "svc-a"
    mode: str = CREDENTIALS
    # The name in the URL; the full name of the site, if nothing is said.
    url: str = "{h}"
    # What DNS calls it: the same name, if nothing is said.
    canonical: str = None
    port: int = 80
    providers: tuple = ("Negotiate", "NTLM")
    # Of the server: "plain", "aes-only" by policy, "iis6", or "iis5" isolation mode.
    server: str = "plain"
    # The password of the account was changed while the pool ran.
    new_password: bool = False
    # What the KDC and the key are known to say, and the analyzer instead; docs/agreement.md says why.
    differs: tuple = None


def account(**attributes):
    return attributes


A = Arrangement
ARRANGEMENTS = [
    # Where it works, and the four ways to the wrong key.
    A("HTTP on the account of the pool", {"svc-a": ["HTTP/{h}"]}),
    A("HTTP on the account of the pool, which decrypts itself", {"svc-a": ["HTTP/{h}"]}, mode=WORKER),
    A("HTTP on the account of the pool, and the machine decrypts", {"svc-a": ["HTTP/{h}"]}, mode=KERNEL),
    A("HTTP on the machine, and the machine decrypts", {WEB01: ["HTTP/{h}"]}, mode=KERNEL),
    A("HTTP on the machine, and the pool decrypts", {WEB01: ["HTTP/{h}"]}),
    A("HTTP on the account of another pool", {"svc-b": ["HTTP/{h}"]}),
    A("HTTP on another computer", {WEB02: ["HTTP/{h}"]}, mode=KERNEL),
    A("HTTP on another computer, and the pool decrypts", {WEB02: ["HTTP/{h}"]}, mode=WORKER),
    # Nobody.
    A("nobody holds it, and the pool decrypts"),
    A("nobody holds it, and the machine decrypts", mode=KERNEL),
    A("nobody holds it, and there is nothing to fall back to", providers=("Negotiate:Kerberos",)),
    A("the class HTTPS", {"svc-a": ["HTTPS/{h}"]}),
    A("the class RestrictedKrbHost alone", {WEB01: ["RestrictedKrbHost/{h}"]}, mode=KERNEL),
    A("the class WWW alone", {WEB01: ["WWW/{h}"]}, mode=KERNEL),
    A("a service name of three parts", {"svc-a": ["HTTP/{h}/corp.example.test"]}),
    A("a user principal name in the form of an SPN", accounts={"svc-upn": account(userPrincipalName="HTTP/{h}@{realm}")},
      pool="svc-upn"),
    # HOST in place of HTTP.
    A("HOST on the machine, and the machine decrypts", {WEB01: ["HOST/{h}"]}, mode=KERNEL),
    A("HOST on the machine, and the pool decrypts", {WEB01: ["HOST/{h}"]}),
    A("HOST on another computer", {WEB02: ["HOST/{h}"]}, mode=KERNEL),
    A("HOST on the account of the pool", {"svc-a": ["HOST/{h}"]}),
    A("HOST on the account of the pool, and the machine decrypts", {"svc-a": ["HOST/{h}"]}, mode=KERNEL),
    A("HOST on the machine, HTTP on a user, and the machine decrypts",
      {WEB01: ["HOST/{h}"], "svc-a": ["HTTP/{h}"]}, mode=KERNEL),
    A("HOST on the machine, HTTP on a user, and the pool decrypts", {WEB01: ["HOST/{h}"], "svc-a": ["HTTP/{h}"]}),
    A("HOST on the machine, HTTP on another user", {WEB01: ["HOST/{h}"], "svc-b": ["HTTP/{h}"]}),
    A("HOST in other letters", {WEB01: ["host/{H}"]}, mode=KERNEL),
    A("the own name of the server, and the machine decrypts", mode=KERNEL, url="web01." + ZONE),
    A("the own name of the server, and the pool decrypts", url="web01." + ZONE, port=8081),
    A("the short name of the server, and the machine decrypts", mode=KERNEL, url="web01", canonical="web01." + ZONE,
      port=8082),
    # Several holders.
    A("HTTP on two users", {"svc-a": ["HTTP/{h}"], "svc-b": ["HTTP/{h}"]}),
    A("HTTP on two users, one of them disabled", {"svc-a": ["HTTP/{h}"], "svc-off": ["HTTP/{h}"]},
      accounts={"svc-off": account(userAccountControl=NORMAL | DISABLED)}),
    A("HTTP on a user and the machine", {"svc-a": ["HTTP/{h}"], WEB01: ["HTTP/{h}"]}),
    A("HTTP on two users in other letters", {"svc-a": ["HTTP/{h}"], "svc-b": ["http/{H}"]}),
    A("HOST on two computers", {WEB01: ["HOST/{h}"], WEB02: ["HOST/{h}"]}, mode=KERNEL),
    A("HOST on two computers, HTTP on the pool", {WEB01: ["HOST/{h}"], WEB02: ["HOST/{h}"], "svc-a": ["HTTP/{h}"]}),
    # Names: short and full, ports, letters, CNAME.
    A("only the short name is held, and the full one asked for", {"svc-a": ["HTTP/{s}"]}),
    A("only the short name is held, and it is typed", {"svc-a": ["HTTP/{s}"]}, url="{s}", canonical="{h}"),
    A("only the full name is held, and the short one typed", {"svc-a": ["HTTP/{h}"]}, url="{s}", canonical="{h}"),
    A("both names are held, and the short one typed", {"svc-a": ["HTTP/{s}", "HTTP/{h}"]}, url="{s}", canonical="{h}"),
    A("the names are on two accounts, and the short one typed", {"svc-a": ["HTTP/{s}"], "svc-b": ["HTTP/{h}"]},
      url="{s}", canonical="{h}"),
    A("only the name with the port is held", {"svc-a": ["HTTP/{h}:8080"]}, port=8080),
    A("only the name without the port is held", {"svc-a": ["HTTP/{h}"]}, port=8080),
    A("only the name without the port is held, through HOST", {WEB01: ["HOST/{h}"]}, mode=KERNEL, port=8080),
    A("the name with the port is on another account", {"svc-a": ["HTTP/{h}"], "svc-b": ["HTTP/{h}:8080"]}, port=8080),
    A("an SPN in capital letters", {"svc-a": ["HTTP/{H}"]}),
    A("a class in small letters", {"svc-a": ["http/{h}"]}),
    A("a host header in capital letters", {"svc-a": ["HTTP/{h}"]}, url="{H}"),
    A("a CNAME of the server, held by the pool", {"svc-a": ["HTTP/{h}"]}, canonical="web01." + ZONE),
    A("a CNAME of the server that nobody holds, and the machine decrypts", mode=KERNEL, canonical="web01." + ZONE),
    A("a CNAME of a name that the pool holds", {"svc-a": ["HTTP/to-{h}"]}, canonical="to-{h}"),
    A("a CNAME of a name that another account holds", {"svc-a": ["HTTP/{h}"], "svc-b": ["HTTP/to-{h}"]},
      canonical="to-{h}"),
    A("a CNAME and its target, held by the pool", {"svc-a": ["HTTP/{h}", "HTTP/to-{h}"]}, canonical="to-{h}"),
    # How the account stands.
    A("the account is disabled", {"svc-gone": ["HTTP/{h}"]}, pool="svc-gone",
      accounts={"svc-gone": account(userAccountControl=NORMAL | DISABLED)}, differs=("works", "refused by the KDC")),
    A("the account has expired", {"svc-past": ["HTTP/{h}"]}, pool="svc-past",
      accounts={"svc-past": account(accountExpires=132539328000000000)}, differs=("works", "refused by the KDC")),
    A("the account will expire", {"svc-soon": ["HTTP/{h}"]}, pool="svc-soon",
      accounts={"svc-soon": account(accountExpires=157766880000000000)}),
    A("the account must change its password", {"svc-must": ["HTTP/{h}"]}, pool="svc-must",
      accounts={"svc-must": account(pwdLastSet=0)}),
    A("another account holds it and is disabled", {"svc-off2": ["HTTP/{h}"]},
      accounts={"svc-off2": account(userAccountControl=NORMAL | DISABLED)}),
    # Encryption types.
    *[A(f"encryption types {types:#x}", {f"svc-e{types:x}": ["HTTP/{h}"]}, pool=f"svc-e{types:x}",
        accounts={f"svc-e{types:x}": account(**{"msDS-SupportedEncryptionTypes": types})})
      for types in (0, RC4, AES128, AES256, AES128 | AES256, RC4 | AES128 | AES256, RC4 | DES, DES)],
    A("only DES by flag", {"svc-des": ["HTTP/{h}"]}, pool="svc-des",
      accounts={"svc-des": account(userAccountControl=NORMAL | DES_ONLY)}),
    *[A(f"encryption types {types:#x}, and the server takes AES alone", {f"svc-a{types:x}": ["HTTP/{h}"]},
        pool=f"svc-a{types:x}", accounts={f"svc-a{types:x}": account(**{"msDS-SupportedEncryptionTypes": types})},
        server="aes-only")
      for types in (RC4, RC4 | DES, AES256, AES128 | AES256, RC4 | AES256)],
    A("no encryption types are stated, and the server takes AES alone", {"svc-a": ["HTTP/{h}"]}, server="aes-only",
      differs=("no encryption type", UNTOLD)),
    A("nobody holds it, and the server takes AES alone", server="aes-only"),
    # Identities, and names for them.
    A("the pool runs as NetworkService", {WEB01: ["HOST/{h}"]}, pool="NetworkService", mode=WORKER),
    A("the pool runs as LocalSystem", {WEB01: ["HTTP/{h}"]}, pool="LocalSystem"),
    A("the pool runs as itself, without kernel mode", {WEB01: ["HTTP/{h}"]}, pool=MACHINE, mode=WORKER),
    A("the pool runs as itself, and HTTP is on a user", {"svc-a": ["HTTP/{h}"]}, pool=MACHINE),
    A("the pool runs as LocalService, and the machine decrypts", {WEB01: ["HTTP/{h}"]}, pool="LocalService", mode=KERNEL),
    A("the pool runs as a local user", {WEB01: ["HTTP/{h}"]}, pool=".\\local", mode=WORKER),
    A("the pool runs as a local user, and nobody holds it", pool="WEB01\\local", mode=WORKER),
    A("the pool's account by its principal name", {"svc-a": ["HTTP/{h}"]}, pool="svc-a@" + ZONE),
    A("the pool's account with the long name of the domain", {"svc-a": ["HTTP/{h}"]}, pool=ZONE + "\\svc-a"),
    A("the pool's account in other letters", {"svc-a": ["HTTP/{h}"]}, pool="corp\\SVC-A"),
    A("the account of the pool has another common name", {"svc-sam": ["HTTP/{h}"]}, pool="svc-sam",
      accounts={"svc-sam": account(cn="Web, of the sales department")}),
    A("a managed account, which is a computer to the KDC", {"gmsa01$": ["HTTP/{h}"]}, pool="gmsa01$",
      accounts={"gmsa01$": account()}),
    A("a managed account holds it, and the machine decrypts", {"gmsa02$": ["HTTP/{h}"]}, pool="gmsa02$", mode=KERNEL,
      accounts={"gmsa02$": account()}),
    # IIS 6, where the worker process decrypts, and IIS 5, where inetinfo does.
    A("IIS 6: HTTP on the account of the pool", {"svc-a": ["HTTP/{h}"]}, server="iis6"),
    A("IIS 6: HOST on the machine, and a pool with an account", {WEB01: ["HOST/{h}"]}, server="iis6"),
    A("IIS 6: HOST on the machine, and NetworkService", {WEB01: ["HOST/{h}"]}, pool="NetworkService", server="iis6"),
    A("IIS 6: HTTP on a user, and LocalSystem", {"svc-a": ["HTTP/{h}"]}, pool="LocalSystem", server="iis6"),
    A("IIS 6: LocalService", {WEB01: ["HTTP/{h}"]}, pool="LocalService", server="iis6"),
    A("IIS 6: nobody holds it", server="iis6"),
    A("IIS 5 isolation mode: HTTP on the account of the pool", {"svc-a": ["HTTP/{h}"]}, server="iis5"),
    A("IIS 5 isolation mode: HOST on the machine", {WEB01: ["HOST/{h}"]}, server="iis5"),
    # What no evidence of a bundle shows.
    A("the pool still has the key of an old password", {"svc-stale": ["HTTP/{h}"]}, pool="svc-stale",
      accounts={"svc-stale": account()}, new_password=True, differs=("wrong key", "works")),
]

"""The accounts of the arrangements in a Samba domain."""

import subprocess
from dataclasses import dataclass

import ldb
from samba.auth import system_session
from samba.credentials import DONT_USE_KERBEROS, Credentials
from samba.param import LoadParm
from samba.samdb import SamDB

from arrangements import KERNEL, MACHINE, WEB01, WEB02, ZONE, Arrangement

# Pools without an account of their own show the key of the machine; LocalService has none.
AS_MACHINE = (MACHINE, "NetworkService", "LocalSystem")


@dataclass
class Site:
    """An arrangement with its names."""

    name: str
    arrangement: Arrangement

    def fill(self, text):
        full = f"{self.name}.{ZONE}"
        return text.format(h=full, H=full.upper(), s=self.name, realm=ZONE.upper())

    @property
    def url(self):
        return self.fill(self.arrangement.url)

    @property
    def canonical(self):
        return self.fill(self.arrangement.canonical or self.arrangement.url)

    def asked_by(self, client):
        """Browsers of Windows ask for the name that holds the address, others for the one in the URL."""
        return f"HTTP/{(self.url if client == 'literal' else self.canonical).lower()}"

    def decrypts_as(self):
        """The account with whose key IIS decrypts."""
        pool, mode, server = self.arrangement.pool, self.arrangement.mode, self.arrangement.server
        if server == "iis5" or (server != "iis6" and mode == KERNEL) or pool in AS_MACHINE:
            return WEB01
        if pool == "LocalService" or pool.startswith((".\\", "WEB01\\")):
            return None
        return pool.split("\\")[-1].split("@")[0].lower()

    def pool_user(self):
        """How the configuration names the account of the pool; none where it has none."""
        pool = self.arrangement.pool
        if pool in (*AS_MACHINE, "LocalService"):
            return None
        return pool if "\\" in pool or "@" in pool else f"CORP\\{pool}"


class Domain:
    """The directory, written by its own database, and its keys."""

    user_password = "Sup3r.Secret-1"

    def __init__(self, folder, password):
        self.settings = LoadParm()
        self.settings_file = f"{folder}/etc/smb.conf"
        self.settings.load(self.settings_file)
        self.realm = ZONE.upper()
        self.base = ",".join(f"DC={label}" for label in ZONE.split("."))
        self.directory = SamDB(url=f"{folder}/private/sam.ldb", session_info=system_session(), lp=self.settings)
        # The database refuses a second holder; the KDC of a real domain has to live with one all the same.
        self.raw_file = f"{folder}/private/sam.ldb.d/{self.base.upper()}.ldb"
        self.credentials = Credentials()
        self.credentials.guess(self.settings)
        self.credentials.set_username("Administrator")
        self.credentials.set_domain("CORP")
        self.credentials.set_password(password)
        self.credentials.set_kerberos_state(DONT_USE_KERBEROS)
        self.names = {}

    def connect(self, port):
        """The directory as the network knows it: 389, or the global catalog at 3268."""
        return SamDB(url=f"ldap://127.0.0.1:{port}", credentials=self.credentials, lp=self.settings)

    def create(self, name, attributes):
        attributes = dict(attributes)
        common = attributes.pop("cn", name.removesuffix("$"))
        escaped = common.replace(",", "\\,")
        is_computer = name.endswith("$")
        entry = {
            "dn": f"CN={escaped},CN={'Computers' if is_computer else 'Users'},{self.base}",
            "objectClass": "computer" if is_computer else "user",
            "sAMAccountName": name,
            "userAccountControl": "4096" if is_computer else "512",
        }
        if is_computer:
            entry["dNSHostName"] = f"{name.removesuffix('$').lower()}.{ZONE}"
        self.directory.add(entry)
        self.names[name] = entry["dn"]
        # Each has its own: the key for RC4 hangs on nothing else.
        self.set_password(name, self.user_password if name == "alice" else f"Sup3r.Secret-{name}")
        if attributes:
            change = ldb.Message(ldb.Dn(self.directory, entry["dn"]))
            for attribute, value in attributes.items():
                change[attribute] = ldb.MessageElement(str(value), ldb.FLAG_MOD_REPLACE, attribute)
            self.directory.modify(change)

    def set_password(self, name, password):
        self.directory.setpassword(f"(sAMAccountName={name})", password, False)

    def export(self, name, path):
        """The keys of an account. Samba writes about it; nobody has to read that."""
        command = ["samba-tool", "domain", "exportkeytab", path, f"--principal={name}", "-s", self.settings_file]
        subprocess.run(command, check=True, capture_output=True)

    def build(self, arrangements):
        """Makes all accounts; what they hold is written in one go."""
        sites = [Site(f"site{number:02}", arrangement) for number, arrangement in enumerate(arrangements, 1)]
        held = {}
        for name in ("alice", "svc-a", "svc-b", WEB01, WEB02):
            self.create(name, {})
        for computer in (WEB01, WEB02):
            short = computer.removesuffix("$").lower()
            held[computer] = [f"HOST/{short}", f"HOST/{short}.{ZONE}"]
        for site in sites:
            for name, attributes in site.arrangement.accounts.items():
                filled = {key: site.fill(value) if isinstance(value, str) else value for key, value in attributes.items()}
                self.create(name, filled)
            for name, spns in site.arrangement.holds.items():
                held.setdefault(name, []).extend(site.fill(spn) for spn in spns)
        raw = ldb.Ldb(self.raw_file)
        for name, spns in held.items():
            change = ldb.Message(ldb.Dn(raw, self.names[name]))
            change["spns"] = ldb.MessageElement(spns, ldb.FLAG_MOD_ADD, "servicePrincipalName")
            raw.modify(change)
        return sites

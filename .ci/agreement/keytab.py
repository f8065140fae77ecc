"""Keys of accounts, tickets of the KDC, and whether the one opens the other."""

import os
import re
import shutil
import struct
import subprocess

AES = {17, 18}


def entries(data):
    """The entries of a keytab file (version 0x502): encryption type and raw bytes."""
    assert data[:2] == b"\x05\x02", "not a keytab"
    at, found = 2, []
    while at + 4 <= len(data):
        [size] = struct.unpack(">i", data[at:at + 4])
        if size > 0:
            entry = data[at + 4:at + 4 + size]
            place = 2
            [components] = struct.unpack(">H", entry[:2])
            for _ in range(components + 1):
                [length] = struct.unpack(">H", entry[place:place + 2])
                place += 2 + length
            # Name type, time, and the short version of the key.
            place += 4 + 4 + 1
            found.append((struct.unpack(">H", entry[place:place + 2])[0], data[at:at + 4 + size]))
        at += 4 + abs(size)
    return found


class Keytabs:
    """Keytabs of the domain; an account is exported once."""

    def __init__(self, domain):
        self.domain = domain
        self.known = {}
        # Tickets are asked for with a ticket-granting ticket only, so that each answer is one of the KDC.
        self.cache = os.environ["KRB5CCNAME"].removeprefix("FILE:")
        subprocess.run(["kinit", f"alice@{domain.realm}"], input=domain.user_password + "\n", text=True, check=True,
                       capture_output=True)
        shutil.copy(self.cache, "granting")

    def keytab(self, name, only_aes):
        """The keytab that the process of IIS has, and its encryption types; none without an account."""
        if name is None:
            return None, set()
        key = (name, only_aes)
        if key not in self.known:
            path = f"keytab-{len(self.known)}"
            self.domain.export(name, path)
            with open(path, "rb") as file:
                kept = [entry for entry in entries(file.read()) if not only_aes or entry[0] in AES]
            with open(path, "wb") as file:
                file.write(b"\x05\x02" + b"".join(raw for _, raw in kept))
            self.known[key] = (path, {etype for etype, _ in kept})
        return self.known[key]

    def outcome(self, site, spn):
        """What becomes of a ticket for this name at this site."""
        shutil.copy("granting", self.cache)
        principal = f"{spn}@{self.domain.realm}"
        asked = subprocess.run(["kvno", principal], capture_output=True, text=True)
        if asked.returncode != 0:
            said = asked.stderr.strip()
            if "Server not found" in said:
                return "unknown to the KDC"
            if "no support for encryption type" in said:
                return "no encryption type"
            if re.search("revoked|expired|locked", said):
                return "refused by the KDC"
            return f"no ticket: {said}"
        path, types = self.keytab(site.decrypts_as(), site.arrangement.server == "aes-only")
        if path is None:
            return "no key"
        listed = subprocess.run(["klist", "-e"], capture_output=True, text=True, check=True).stdout
        [etype] = re.findall(re.escape(principal) + r"\n(?:\trenew[^\n]*\n)?[^\n]*Etype \(skey, tkt\): [^,]*, (\S+)", listed,
                             re.IGNORECASE)
        numbers = {"aes256-cts-hmac-sha1-96": 18, "aes128-cts-hmac-sha1-96": 17, "DEPRECATED:arcfour-hmac": 23,
                   "arcfour-hmac": 23}
        if numbers[etype] not in types:
            return "no encryption type"
        opened = subprocess.run(["kvno", "-k", path, principal], capture_output=True, text=True)
        said = opened.stdout + opened.stderr
        if "keytab entry invalid" in said:
            return "wrong key"
        return "works" if "keytab entry valid" in said else f"neither opened nor refused: {said}"

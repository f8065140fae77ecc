"""Asks a real KDC for the ticket of every arrangement, decrypts it as IIS would, and holds what became of it against
what the analyzer derives from a bundle of the same arrangement.

    python3 compare.py ANALYZER DOMAIN PASSWORD

DOMAIN is the folder of the running Samba. To be run in an empty folder, with KRB5_CONFIG and KRB5CCNAME set;
.ci/run-agreement does all of that. It exits with 1 unless all agree.
"""

import collections
import json
import pathlib
import subprocess
import sys

from arrangements import ARRANGEMENTS
from bundle import Bundles
from domain import Domain
from keytab import Keytabs

# What the analyzer says, in words for what can be seen at the KDC and with a key.
SEEN = {
    None: "works",
    "spn-not-held": "unknown to the KDC",
    "spn-held-twice": "unknown to the KDC",
    "wrong-key": "wrong key",
    "no-common-encryption": "no encryption type",
    "holder-unusable": "refused by the KDC",
}


def derived(exchange):
    outcome, cause = exchange["outcome"], exchange["cause"]
    if outcome == "unknown":
        return "not known without " + ", ".join(exchange["missing"])
    if cause == "no-network-account":
        return "no key" if outcome == "fails" else "unknown to the KDC"
    return SEEN.get(cause, f"{outcome}: {cause}")


def main():
    analyzer, folder, password = sys.argv[1:]
    domain = Domain(folder, password)
    sites = domain.build(ARRANGEMENTS)
    keytabs = Keytabs(domain)
    # The process of IIS keeps the key with which it began.
    for site in sites:
        if site.arrangement.new_password:
            keytabs.keytab(site.decrypts_as(), False)
            domain.set_password(site.decrypts_as(), "An0ther.Password")
    reports = {}
    for server, path in Bundles(domain, sites).write().items():
        printed = subprocess.run([analyzer, "report", path, "--format", "json"], capture_output=True, text=True)
        if printed.returncode > 1:
            sys.exit(f"{path}: ended with {printed.returncode}: {printed.stderr}")
        reports[server] = json.loads(printed.stdout)
        pathlib.Path(f"{server}.json").write_text(printed.stdout, encoding="utf-8")

    agreed, different, wrong, classes = 0, 0, [], collections.Counter()
    answers = {}
    for site in sites:
        exchanges = [one for one in reports[site.arrangement.server]["exchanges"] if one["site"] == site.name]
        for client in ("wininet", "chromium", "literal"):
            [exchange] = [one for one in exchanges if client in one["clients"]]
            spn = site.asked_by(client)
            key = (site.name, spn)
            if key not in answers:
                answers[key] = keytabs.outcome(site, spn)
            real, said = answers[key], derived(exchange)
            if (exchange["requested_spn"] or "").lower() != spn.lower():
                said = f"asks for {exchange['requested_spn']}"
            if site.arrangement.differs == (real, said):
                different += 1
            elif site.arrangement.differs is None and said == real:
                agreed += 1
                classes[real] += 1
            else:
                wrong.append(f"{site.name}, {client}, {spn}, {site.arrangement.what}: the KDC and the key say {real}; "
                             f"the analyzer says {said}")
    for line in wrong:
        print(f"      {line}")
    print(f"      {len(ARRANGEMENTS)} arrangements, {len(answers)} tickets asked for, {agreed} exchanges agree, "
          f"{len(wrong)} do not, {different} differ as docs/agreement.md says")
    for name, count in sorted(classes.items()):
        print(f"      {count:>5}  {name}")
    if len(ARRANGEMENTS) < 40 or len(classes) < 5:
        sys.exit("these are too few to mean anything")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()

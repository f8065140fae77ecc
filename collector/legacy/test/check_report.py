"""What the analyzer made of the folders: whose they are, and that nothing of them was refused or altered."""
import json
import sys

for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    host = report["hosts"][0]
    reasons = {gap["reason"] for gap in report["gaps"]}
    print(path.rsplit("/", 1)[-1], host, sorted(reasons))
    assert host["name"] and host["collected_at"], "the manifest was not read"
    assert host["role"] == "web-server", "the metabase was not read"
    assert not reasons & {"altered", "missing", "unrecognized", "refused"}, report["gaps"]

//! Bundles of every format version that was ever written: what an old collector brought home is still understood.

use std::path::Path;

use kerbscope_shared::manifest::FORMAT_VERSION;

use crate::command_line::{kerbscope, words};

#[test]
fn a_bundle_of_every_version_still_names_its_cause() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/frozen");
    for version in 1..=FORMAT_VERSION {
        let path = folder.join(format!("bundle-format-{version}.zip"));
        let said = words(&kerbscope(&["report", &path.to_string_lossy()]));
        assert!(said.contains("BLOCKER, certain: kernelmode-spn-on-pool-account"), "version {version}: {said}");
    }
}

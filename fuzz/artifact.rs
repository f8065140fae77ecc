//! Artifacts of one kind: the environment names its folder in `KERBSCOPE_FOLDER`, such as `setspn`.

#![no_main]

use std::sync::LazyLock;

use kerbscope_shared::kind::ArtifactKind;

#[expect(dead_code, reason = "each target has one of the bodies")]
mod bodies;

static KIND: LazyLock<ArtifactKind> = LazyLock::new(|| {
    let folder = std::env::var("KERBSCOPE_FOLDER").expect("KERBSCOPE_FOLDER names a kind of artifact");
    let kind = ArtifactKind::ALL.into_iter().find(|kind| kind.folder() == folder);
    kind.unwrap_or_else(|| panic!("no kind of artifact has the folder {folder}"))
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::artifact(*KIND, bytes));

//! Registry keys as the collector writes them: in the form of `reg export`, with a remark for each value that is not
//! there.

use super::page::Page;

/// A key, and what of it was wanted: the name of a value, and what it holds, or nothing where it is not set.
pub type Key<'a> = (&'a str, Vec<(&'a str, Option<&'a str>)>);

/// A file with these keys.
pub fn file(keys: &[Key<'_>]) -> String {
    let mut page = Page::default();
    page.line("\u{feff}Windows Registry Editor Version 5.00");
    for (path, values) in keys {
        page.gap();
        page.line(format_args!("[{path}]"));
        for (name, value) in values {
            match value {
                Some(value) => page.line(format_args!("\"{name}\"={value}")),
                None => page.line(format_args!("; \"{name}\" is not present")),
            }
        }
    }
    page.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_is_a_remark() {
        let text = file(&[(r"HKEY_LOCAL_MACHINE\X", vec![("A", Some("dword:00000001")), ("B", None)])]);
        let expected = "\u{feff}Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\X]\r\n\"A\"=dword:00000001\r\n\
            ; \"B\" is not present\r\n";
        assert_eq!(text, expected);
    }
}

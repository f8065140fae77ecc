//! Steps that give an account AES: what it is said to be capable of, and the password that makes the key.

use crate::facts::account_control::{AccountControl, EncryptionTypes};
use crate::rules::ad_account;
use crate::rules::decrypting::Decrypting;
use crate::rules::finding::{Fix, Privilege, Risk};

/// Says of an account that it is capable of AES.
pub fn allow(account: &Decrypting<'_>) -> Fix {
    let set = |arguments: &str| ad_account::set(&account.name, account.dn, arguments);
    let was = account.state.encryption.as_ref().and_then(|set| set.value).filter(|types| types.names_any());
    let back = match was {
        Some(types) => set(&format!("-KerberosEncryptionType {}", words(types))),
        None => set("-Clear msDS-SupportedEncryptionTypes"),
    };
    let has_aes = was.is_some_and(EncryptionTypes::has_aes);
    let control = account.state.control.as_ref();
    let is_des = control.is_some_and(|control| control.value.has(AccountControl::DES_ONLY));
    let des = |state: &str| {
        let arguments = format!("-UseDESKeyOnly ${state}");
        is_des.then(|| ad_account::cmdlet("Set-ADAccountControl", &account.name, account.dn, &arguments))
    };
    let verify = ad_account::show_all(&account.name, account.dn, "msDS-SupportedEncryptionTypes,pwdLastSet");
    Fix::new(
        format!("Let {} use AES, then give it a new password, which makes the keys", account.name),
        Risk::Disruptive,
        Privilege::DomainAdmin,
    )
    .noting(
        "Clients that know RC4 alone lose the service then: Windows XP and Server 2003. An account that had its password \
         set since the domain knows AES has the keys already, and needs no new one.",
    )
    .by((!has_aes).then(|| set("-KerberosEncryptionType AES128,AES256")).into_iter().chain(des("false")))
    .undone_by((!has_aes).then_some(back).into_iter().chain(des("true")))
    .seen_by([verify].into_iter().chain(account.ask_anew()))
}

/// The types as the cmdlets write them.
fn words(types: EncryptionTypes) -> String {
    let named = [(0x3, "DES"), (0x4, "RC4"), (0x8, "AES128"), (0x10, "AES256")];
    let named = named.iter().filter(|(bits, _)| types.has_any(EncryptionTypes(*bits))).map(|(_, name)| *name);
    named.collect::<Vec<_>>().join(",")
}

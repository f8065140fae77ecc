//! What a field holds, by its name: in LDIF, in JSON, in the registry, in events and in configurations of IIS.

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Words; names in it show by their form, or are known from elsewhere.
    Text,
    /// A number, a time, a word of the format. It stays as it is.
    Kept,
    /// An account, with or without its domain.
    Account,
    /// Several of them.
    Accounts,
    /// A host.
    Host,
    /// Several of them.
    Hosts,
    /// A domain.
    Domain,
    /// Several of them.
    Domains,
    /// An SPN, or an account or a host in its place.
    Spn,
    /// Several of them.
    Spns,
    /// What a site listens to.
    Binding,
    /// Several of them.
    Bindings,
    /// The name of a person, a group, or anything in the directory.
    Person,
    /// What no diagnosis needs.
    Secret,
}

/// Names of fields, and what such fields hold.
type Table = &'static [(Class, &'static str)];

fn look_up(table: Table, name: &str) -> Option<Class> {
    let name = name.to_lowercase();
    let has = |names: &str| names.split_ascii_whitespace().any(|known| known == name);
    table.iter().find(|(_, names)| has(names)).map(|(class, _)| *class)
}

/// What the end of a field's name says.
fn by_ending(table: Table, name: &str) -> Option<Class> {
    let name = name.to_lowercase();
    let ends = |names: &str| names.split_ascii_whitespace().any(|known| name.ends_with(known));
    table.iter().find(|(_, names)| ends(names)).map(|(class, _)| *class)
}

/// Attributes of the directory, and comments that say what was asked. Whatever is not listed goes: nobody needs it for
/// a diagnosis, and it may be about a person.
const ATTRIBUTES: Table = &[
    (Class::Account, "samaccountname uid userprincipalname mail"),
    (Class::Host, "dnshostname #server networkaddress"),
    (Class::Hosts, "userworkstations logonworkstation"),
    (Class::Domain, "dc dnsroot netbiosname flatname trustpartner msds-dnsrootalias"),
    (Class::Domains, "upnsuffixes msds-alloweddnssuffixes"),
    (Class::Spn, "#subject msds-additionaldnshostname msds-additionalsamaccountname"),
    (Class::Spns, "serviceprincipalname msds-allowedtodelegateto msds-hostserviceaccount"),
    (Class::Person, "cn name displayname givenname sn ou"),
    (
        Class::Text,
        "dn distinguishedname member memberof managedby manager ncname rootdomainnamingcontext defaultnamingcontext \
         configurationnamingcontext schemanamingcontext namingcontexts servername dsservicename subschemasubentry \
         objectsid sidhistory securityidentifier tokengroups msds-allowedtoactonbehalfofotheridentity \
         msds-groupmsamembership ntsecuritydescriptor objectcategory serverreferencebl serverreference \
         msds-supersededmanagedaccountlink wellknownobjects otherwellknownobjects masteredby \
         msds-masteredby fsmoroleowner rootdomain trustparent #base #filter #note #result msds-parentdistname \
         msds-isdomainfor msds-assignedauthnpolicy msds-assignedauthnpolicysilo ldapservicename",
    ),
    (
        Class::Kept,
        "version objectclass instancetype whencreated whenchanged usncreated usnchanged objectguid \
         useraccountcontrol msds-user-account-control-computed msds-userpasswordexpirytimecomputed badpwdcount \
         codepage countrycode badpasswordtime lastlogon lastlogoff lastlogontimestamp pwdlastset primarygroupid \
         accountexpires logoncount samaccounttype lockouttime lockoutduration lockoutthreshold \
         lockoutobservationwindow maxpwdage minpwdage minpwdlength pwdproperties pwdhistorylength \
         msds-supportedencryptiontypes operatingsystem operatingsystemversion operatingsystemservicepack \
         operatingsystemhotfix iscriticalsystemobject dscorepropagationdata admincount msds-behavior-version \
         domainfunctionality forestfunctionality domaincontrollerfunctionality currenttime highestcommittedusn \
         supportedcontrol supportedcapabilities supportedldapversion supportedldappolicies supportedsaslmechanisms \
         supportedextension issynchronized isglobalcatalogready trusttype trustattributes trustdirection \
         msds-supportedencryptiontype systemflags enabled spnmappings msds-keyversionnumber localpolicyflags \
         msds-managedpasswordinterval msds-resultantpso creationtime forcelogoff modifiedcount nextrid \
         ridavailablepool msds-machineaccountquota ms-ds-machineaccountquota \
         msds-perusertrustquota dsasignature showinadvancedviewonly grouptype msds-managedpasswordid \
         msds-expirepasswordsonsmartcardonlyaccounts uascompat objectversion \
         #scope #attributes #entries #pages #local-time-before #local-time-after",
    ),
];

/// What an attribute of the directory holds.
pub fn of_attribute(name: &str) -> Class {
    look_up(ATTRIBUTES, name).unwrap_or(Class::Secret)
}

/// Members of our own JSON about tickets.
const MEMBERS: Table = &[
    (Class::Account, "user upn account user_name logon_name"),
    (Class::Spn, "client server service target"),
    (Class::Domain, "domain dns_domain client_realm server_realm realm target_domain"),
    (Class::Host, "kdc_called logon_server kdc host"),
];

/// What a member of a JSON object holds.
pub fn of_member(name: &str) -> Class {
    look_up(MEMBERS, name).unwrap_or(Class::Text)
}

/// Values of the registry.
const VALUES: Table = &[
    (Class::Host, "computername hostname logonserver"),
    (
        Class::Hosts,
        "backconnectionhostnames optionalnames ntpserver nameserver authserverallowlist authserverwhitelist \
         authnegotiatedelegateallowlist authnegotiatedelegatewhitelist proxyserver proxyoverride autoconfigurl \
         trustedhosts alternatecomputernames kdcnames",
    ),
    (Class::Domain, "domain dhcpdomain defaultdomainname altdefaultdomainname machinedomain"),
    (Class::Domains, "searchlist trustedforestlist"),
    (Class::Account, "defaultusername altdefaultusername lastusedusername lastloggedonuser lastloggedonsamuser"),
    (Class::Person, "lastloggedondisplayname registeredowner registeredorganization"),
    (Class::Secret, ":range"),
];

/// What a value of the registry holds; `NV Hostname` is what `Hostname` will be after the next start.
pub fn of_value(name: &str) -> Class {
    let name = name.strip_prefix("NV ").unwrap_or(name);
    look_up(VALUES, name).unwrap_or(Class::Text)
}

/// The ends of the names of fields in events, the more special ones first.
const FIELDS: Table = &[
    (
        Class::Text,
        "processname packagename objectname filename imagename channelname providername servicefilename \
         privatekeyname algorithmname apppoolname",
    ),
    (Class::Secret, "binarydata requesttickethash responsetickethash"),
    (Class::Account, "username accountname clientname accountid callername account user"),
    (Class::Domain, "domainname realm domain forest forestname kdcrealm domaindnsname dnsdomain"),
    (
        Class::Host,
        "workstationname workstation computername machinename hostname dcname clientaddressname computer \
                   machine domaincontroller kdcname kdc",
    ),
    (Class::Spn, "servername targetname servicename principalname spn server target serviceprincipal targetservername"),
    (Class::Spns, "transmittedservices"),
    (Class::Person, "certissuername displayname"),
];

/// What a field of an event holds, by the end of its name.
pub fn of_field(name: &str) -> Class {
    by_ending(FIELDS, name).unwrap_or(Class::Text)
}

/// Attributes of configurations, of IIS and of its metabase.
const SETTINGS: Table = &[
    (Class::Account, "username wamusername anonymoususername uncusername logonuser"),
    (Class::Accounts, "users roles"),
    (Class::Binding, "bindinginformation"),
    (Class::Bindings, "serverbindings securebindings"),
    (Class::Domain, "defaultlogondomain defaultdomain realm"),
    (Class::Host, "domainname hostname machinename computername hostnameoraddr adminserver"),
    (Class::Kept, "xmlns xmlns:xsi schemalocation version publickeytoken encoding"),
];

/// What an attribute of a configuration holds.
pub fn of_setting(element: &str, name: &str) -> Class {
    if element == "spn" && name == "name" {
        return Class::Spn;
    }
    look_up(SETTINGS, name).unwrap_or(Class::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_known_by_their_names() {
        for (name, class) in [
            ("TargetUserName", Class::Account),
            ("SubjectDomainName", Class::Domain),
            ("Targetname", Class::Spn),
            ("WorkstationName", Class::Host),
            ("LogonProcessName", Class::Text),
            ("AuthenticationPackageName", Class::Text),
            ("ServerTime", Class::Text),
            ("TargetSid", Class::Text),
            ("AppPoolID", Class::Text),
        ] {
            assert_eq!(of_field(name), class, "{name}");
        }
        assert_eq!(of_attribute("sAMAccountName"), Class::Account);
        assert_eq!(of_attribute("pwdLastSet"), Class::Kept);
        assert_eq!(of_attribute("telephoneNumber"), Class::Secret);
        assert_eq!(of_value("NV Hostname"), Class::Host);
        assert_eq!(of_setting("spn", "name"), Class::Spn);
        assert_eq!(of_setting("add", "name"), Class::Text);
        assert_eq!(of_member("server"), Class::Spn);
    }
}

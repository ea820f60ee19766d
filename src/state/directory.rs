//! The directory: who had what at the moment the replay ended.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;

use super::account::{Access, Account, Owner};
use super::attempt::{Attempt, Stranger};
use super::correlation::{self, Links};
use super::credential::{Credential, Holder};
use super::grant::GrantChange;
use super::group::{Group, ids_by_name};
use super::lapse::Lapse;
use super::person::{Employment, Person};
use super::replay::Replay;
use super::skew::Skews;
use super::timeline::Timeline;
use super::trail::{ConnectorExchange, ResourceGroup, SettingChange, TargetChange, TargetGroup};
use crate::model::class::Class;
use crate::model::facts::EmployeeFacts;
use crate::model::link::{Alias, NameTransform, fold};
use crate::model::listing::Absence;
use crate::model::report::KeyRow;
use crate::model::time::Timestamp;

/// One person with what is theirs, or one account without a person: the unit that is judged at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// Index of the person.
    pub person: Option<usize>,
    /// Indexes of the accounts.
    pub accounts: Vec<usize>,
    /// Indexes of the credentials.
    pub credentials: Vec<usize>,
}

/// Who had what at a moment.
#[derive(Debug)]
pub struct Directory {
    /// The moment.
    pub as_of: Timestamp,
    /// The target's `system`.
    pub target: String,
    /// Persons by id.
    pub persons: Vec<Person>,
    /// Accounts by system, name and id.
    pub accounts: Vec<Account>,
    /// Credentials by system and id.
    pub credentials: Vec<Credential>,
    /// The identity provider's groups by id.
    pub groups: BTreeMap<String, Group>,
    /// The ids of the groups of each name.
    pub(super) group_ids: BTreeMap<String, Vec<String>>,
    /// Changes of access, as the target's audit log tells them, in order.
    pub changes: Vec<TargetChange>,
    /// Changes of roles, groups and resource groups, as the target tells them or its listings show, in order.
    pub grants: Vec<GrantChange>,
    /// Changes of settings, in order.
    pub settings: Vec<SettingChange>,
    /// The connector's exchanges, in order.
    pub exchanges: Vec<ConnectorExchange>,
    /// Attempts at groups, by the group's name in the identity provider.
    pub group_attempts: BTreeMap<String, Vec<Attempt>>,
    /// Attempts at somebody whom nothing links to a person.
    pub stranger_attempts: BTreeMap<Stranger, Vec<Attempt>>,
    /// Groups as the target's SCIM endpoint holds them, by id.
    pub target_groups: BTreeMap<String, TargetGroup>,
    /// Resource groups of the target, by name.
    pub resource_groups: BTreeMap<String, ResourceGroup>,
    /// How far the logs' clocks are apart.
    pub skews: Skews,
    /// What was listed in full at least once.
    pub listed: BTreeSet<Absence>,
    /// When the target's accounts were last listed in full: its members, else its SCIM users.
    pub accounts_listed: Option<Timestamp>,
    /// When the target's SCIM users were last listed in full.
    pub scim_users_listed: Option<Timestamp>,
    /// The complete listings of the target's accounts that name anybody: when each was taken, and what absence from it means.
    pub account_listings: Vec<(Timestamp, Absence)>,
    /// The units of judgement: persons by id, then accounts and credentials without one.
    pub slices: Vec<Slice>,
    /// What links persons to accounts.
    links: Links,
    /// The target's account of each user name, without case; made when it is first asked for.
    named: OnceLock<HashMap<String, usize>>,
}

impl Replay {
    /// Ends the replay: closes what is open, links accounts to persons by alias and key, and sorts.
    /// `classes` gives the configured class of an account by system and folded name.
    #[must_use]
    pub fn finish(mut self, aliases: &[Alias], names: NameTransform, classes: &BTreeMap<(String, String), Class>) -> Directory {
        self.close_all_listings();
        self.settle_scim_users();
        self.settle_assignments();
        self.settle_sessions();
        let groups = self.known_groups();
        let listed = self.listings.iter().filter(|listing| listing.complete).map(|listing| listing.absence).collect();
        let accounts = if self.members_listed { Absence::Member } else { Absence::ScimUser };
        let last_in_full = |absence: Absence| {
            let in_full = self.listings.iter().filter(|listing| listing.complete && listing.absence == absence);
            in_full.map(|listing| listing.taken_at).max()
        };
        let naming = self.listings.iter().filter(|listing| listing.complete && listing.rows > 0);
        let naming = naming.filter(|listing| matches!(listing.absence, Absence::Member | Absence::ScimUser));
        let account_listings = naming.map(|listing| (listing.taken_at, listing.absence)).collect();
        let (accounts_listed, scim_users_listed) = (last_in_full(accounts), last_in_full(Absence::ScimUser));
        let mut directory = Directory {
            as_of: self.until,
            persons: self.people.list,
            accounts: self.accounts.list.into_iter().chain(self.elsewhere.into_values().flat_map(|accounts| accounts.list)).collect(),
            target: self.frame.target.clone(),
            credentials: self.credentials.list,
            group_ids: ids_by_name(&groups),
            groups,
            changes: self.trail.changes,
            grants: self.trail.grants,
            settings: self.trail.settings,
            exchanges: self.trail.exchanges,
            group_attempts: BTreeMap::new(),
            stranger_attempts: BTreeMap::new(),
            target_groups: self.trail.groups,
            resource_groups: self.trail.resource_groups,
            skews: Skews::default(),
            listed,
            accounts_listed,
            scim_users_listed,
            account_listings,
            slices: Vec::new(),
            links: Links::default(),
            named: OnceLock::new(),
        };
        directory.sort();
        directory.classify(classes);
        let links = Links::learn(&directory.persons, names, aliases);
        correlation::link(&mut directory, &links);
        directory.employ(&self.employees, &links);
        directory.hold_credentials(&links);
        directory.attribute_changes();
        directory.attribute_attempts(&links, self.trail.user_attempts, self.trail.group_attempts);
        directory.skews = Skews::measure(&directory, |name| self.frame.scim_actors.contains(&fold(name)));
        directory.apply_attempts();
        directory.attribute_activity();
        directory.cut();
        directory.links = links;
        directory
    }
}

impl Directory {
    /// The keys that were tried to link an account to a person, in order, and what each said.
    #[must_use]
    pub fn keys_tried(&self, account: &Account) -> Vec<KeyRow> {
        self.links.tried(account, &self.persons)
    }

    /// The person who owns an account, where one is linked.
    #[must_use]
    pub fn owner(&self, account: &Account) -> Option<&Person> {
        match account.owner {
            Owner::Linked { person, .. } => self.persons.get(person),
            _ => None,
        }
    }

    /// Whether an account is one of the target's; in other systems a person is entitled while active.
    #[must_use]
    pub fn is_target(&self, account: &Account) -> bool {
        account.system == self.target
    }

    /// Whether a person is entitled to an account; `None` where nothing tells.
    #[must_use]
    pub fn entitled(&self, account: &Account, person: &Person) -> Option<bool> {
        if self.is_target(account) { person.entitled() } else { person.active() }
    }

    /// Every lapse of a person that concerns an account, in order.
    #[must_use]
    pub fn lapses(&self, account: &Account, person: &Person) -> Vec<Lapse> {
        if self.is_target(account) { person.lapses() } else { person.lapses_elsewhere() }
    }

    /// The target's accounts of a person.
    pub fn target_accounts(&self, person: &Person) -> impl Iterator<Item = &Account> {
        person.accounts.iter().filter_map(|index| self.accounts.get(*index)).filter(|account| self.is_target(account))
    }

    /// The target's account with this user name, which is without case; of several the first.
    #[must_use]
    pub fn target_account_named(&self, name: &str) -> Option<&Account> {
        let named = self.named.get_or_init(|| {
            let at_target = self.accounts.iter().enumerate().filter(|(_, account)| self.is_target(account));
            at_target.rev().map(|(index, account)| (fold(&account.name), index)).collect()
        });
        self.accounts.get(*named.get(name)?)
    }

    /// The person who answers for a credential: the holder, or the owner of the account that holds it.
    #[must_use]
    pub fn holder(&self, credential: &Credential) -> Option<&Person> {
        match credential.holder {
            Holder::Person(index) => self.persons.get(index),
            Holder::Account(index) => self.accounts.get(index).and_then(|account| self.owner(account)),
            Holder::Unknown => None,
        }
    }

    fn sort(&mut self) {
        self.persons.sort_by(|one, other| one.id.cmp(&other.id));
        self.accounts.sort_by(|one, other| (&one.system, &one.name, one.id()).cmp(&(&other.system, &other.name, other.id())));
        self.credentials.sort_by(|one, other| (&one.system, &one.id).cmp(&(&other.system, &other.id)));
    }

    fn classify(&mut self, classes: &BTreeMap<(String, String), Class>) {
        for account in &mut self.accounts {
            let configured = classes.get(&(account.system.clone(), fold(&account.name))).copied();
            account.class = configured.or(account.listed_class).unwrap_or_default();
            // A listing of members names no service account: where those are not listed, its silence about one says nothing.
            let unlisted =
                account.class == Class::Service && account.system == self.target && !self.listed.contains(&Absence::ServiceAccount);
            if unlisted && account.access.last().is_some_and(|step| step.from_the_start && step.value == Access::Inactive) {
                account.access = Timeline::default();
            }
        }
    }

    /// Joins the roster: by address, else by employee number. Of several rows the one that ends last counts.
    fn employ(&mut self, employees: &[(EmployeeFacts, u32, Timestamp)], links: &Links) {
        let by_number: HashMap<&str, usize> =
            self.persons.iter().enumerate().filter_map(|(index, person)| Some((person.employee_id.as_deref()?, index))).collect();
        let mut rows: BTreeMap<usize, Vec<(&EmployeeFacts, u32)>> = BTreeMap::new();
        for (row, proof, _) in employees {
            let by_email = row.email.as_deref().and_then(|email| self.current_carrier(email, links));
            let by_number = || row.employee_id.as_deref().and_then(|number| by_number.get(number).copied());
            if let Some(index) = by_email.or_else(by_number) {
                rows.entry(index).or_default().push((row, *proof));
            }
        }
        for (index, rows) in rows {
            let open = rows.iter().find(|(row, _)| row.end_date.is_none());
            let chosen = open.or_else(|| rows.iter().max_by_key(|(row, _)| row.end_date));
            if let Some((row, proof)) = chosen {
                let employment = Employment { end_date: row.end_date, manager_email: row.manager_email.clone(), proof: *proof };
                self.persons[index].employment = Some(employment);
            }
        }
    }

    /// Who an address belongs to now: of several who carried it, the one who still does, or the one who is active.
    fn current_carrier(&self, email: &str, links: &Links) -> Option<usize> {
        let carriers = links.carriers(email);
        let only = |candidates: Vec<usize>| if let [one] = candidates.as_slice() { Some(*one) } else { None };
        let current = |index: &usize| self.persons.get(*index).is_some_and(|person| person.login.as_deref().map(fold) == Some(fold(email)));
        let active = |index: &usize| self.persons.get(*index).is_some_and(|person| person.active() == Some(true));
        only(carriers.clone())
            .or_else(|| only(carriers.iter().copied().filter(current).collect()))
            .or_else(|| only(carriers.iter().copied().filter(active).collect()))
    }

    fn hold_credentials(&mut self, links: &Links) {
        let accounts: HashMap<(&str, String), usize> =
            self.accounts.iter().enumerate().map(|(index, account)| ((account.system.as_str(), fold(&account.name)), index)).collect();
        let holders: Vec<Holder> = self
            .credentials
            .iter()
            .map(|credential| {
                let Some(owner) = credential.listed.as_ref().and_then(|(_, _, facts)| facts.owner.as_deref()) else {
                    return Holder::Unknown;
                };
                if let Ok(index) = self.persons.binary_search_by(|person| person.id.as_str().cmp(owner)) {
                    return Holder::Person(index);
                }
                match (links.carriers(owner).as_slice(), accounts.get(&(credential.system.as_str(), fold(owner)))) {
                    ([person], _) => Holder::Person(*person),
                    ([], Some(account)) => Holder::Account(*account),
                    _ => Holder::Unknown,
                }
            })
            .collect();
        for (credential, holder) in self.credentials.iter_mut().zip(holders) {
            credential.holder = holder;
        }
    }

    fn cut(&mut self) {
        let mut slices: Vec<Slice> = (0..self.persons.len())
            .map(|person| Slice { person: Some(person), accounts: self.persons[person].accounts.clone(), credentials: Vec::new() })
            .collect();
        let mut of_account: HashMap<usize, usize> = HashMap::new();
        for (index, account) in self.accounts.iter().enumerate() {
            if !matches!(account.owner, Owner::Linked { .. }) {
                of_account.insert(index, slices.len());
                slices.push(Slice { person: None, accounts: vec![index], credentials: Vec::new() });
            }
        }
        for (index, credential) in self.credentials.iter().enumerate() {
            let place = match credential.holder {
                Holder::Person(person) => Some(person),
                Holder::Account(account) => match self.accounts[account].owner {
                    Owner::Linked { person, .. } => Some(person),
                    _ => of_account.get(&account).copied(),
                },
                Holder::Unknown => None,
            };
            match place {
                Some(place) => slices[place].credentials.push(index),
                None => slices.push(Slice { person: None, accounts: Vec::new(), credentials: vec![index] }),
            }
        }
        self.slices = slices;
    }
}

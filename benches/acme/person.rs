//! One person of the company: who it is, and what becomes of it.

use crate::random::Random;

/// What becomes of a person in the period. Everything that a rule finds happens to one in two thousand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Signs on and works.
    Regular,
    /// Leaves, and is gone from the target within minutes.
    Leaver,
    /// Comes, and is provisioned.
    Joiner,
    /// Moves to another team; the role follows at the next login.
    Mover,
    /// A push failed, and the next one worked.
    Repaired,
    /// Deactivated, and the account stays active.
    LeftBehind,
    /// Deactivated, and deprovisioned three days later.
    LateLeaver,
    /// No longer assigned, and the account stays active.
    Unassigned,
    /// Deactivated, and the disable failed.
    DisableFailed,
    /// Deactivated, and the disable was put off.
    DisableHeld,
    /// Comes, and the create failed as a conflict.
    CreateFailed,
    /// Assigned, and nothing was ever tried.
    NeverTried,
    /// The target refuses an attribute.
    BadAttribute,
    /// Failed when the connector did not get through.
    Outage,
    /// A push fails and works, again and again.
    Flapping,
    /// Has more than the groups say.
    OverPrivileged,
    /// Has less.
    UnderPrivileged,
    /// Made admin by hand.
    PromotedByHand,
    /// Never seen to do anything.
    Dormant,
    /// Missing from the target's group.
    GroupMissed,
    /// In a resource group without reason.
    ResourceExtra,
    /// Has a second account.
    TwoAccounts,
    /// Has a token that is never used.
    StaleToken,
    /// Has a classic write token.
    WriteToken,
    /// The contract has ended.
    ContractEnded,
}

/// The fates that rules find, one in two thousand each.
const FOUND: &[Fate] = &[
    Fate::LeftBehind,
    Fate::LateLeaver,
    Fate::Unassigned,
    Fate::DisableFailed,
    Fate::DisableHeld,
    Fate::CreateFailed,
    Fate::NeverTried,
    Fate::BadAttribute,
    Fate::Outage,
    Fate::Flapping,
    Fate::OverPrivileged,
    Fate::UnderPrivileged,
    Fate::PromotedByHand,
    Fate::Dormant,
    Fate::GroupMissed,
    Fate::ResourceExtra,
    Fate::TwoAccounts,
    Fate::StaleToken,
    Fate::WriteToken,
    Fate::ContractEnded,
];

/// One person.
#[derive(Clone, Copy, Debug)]
pub(super) struct Person {
    pub(super) number: u64,
    pub(super) fate: Fate,
    /// Which team, and so which group.
    pub(super) team: u64,
}

impl Person {
    /// The person of this number in a company of so many teams.
    pub(super) fn new(number: u64, teams: u64) -> Self {
        Self { number, fate: fate(number), team: (number / 7) % teams }
    }

    /// A number below an end that depends on the person and on what it is for alone.
    pub(super) fn spread(&self, purpose: u64, end: u64) -> u64 {
        Random::new((self.number << 8) ^ purpose ^ 0x5eed).below(end)
    }

    pub(super) fn id(&self) -> String {
        format!("00u{:017}", self.number)
    }

    pub(super) fn login(&self) -> String {
        format!("{}.{}@acme.example", self.given_name(), self.family_name()).to_lowercase()
    }

    pub(super) fn given_name(&self) -> &'static str {
        Random::new(self.number).one(&["Ada", "Ben", "Cleo", "Dov", "Eve", "Finn", "Gia", "Hal"])
    }

    pub(super) fn family_name(&self) -> String {
        format!("Example{}", self.number)
    }

    pub(super) fn full_name(&self) -> String {
        format!("{} {}", self.given_name(), self.family_name())
    }

    /// The account's id in the target.
    pub(super) fn account_id(&self) -> String {
        format!("64{:022x}", self.number)
    }

    /// The account's name in the target, as the connector makes it.
    pub(super) fn user_name(&self) -> String {
        format!("{}{}", self.given_name(), self.family_name()).to_lowercase()
    }

    /// The role that the person's groups give.
    pub(super) fn role(&self) -> &'static str {
        match self.number % 100 {
            0 => "admin",
            1..=33 => "write",
            _ => "read",
        }
    }

    /// The role the target has.
    pub(super) fn observed_role(&self) -> &'static str {
        match self.fate {
            Fate::OverPrivileged | Fate::PromotedByHand if self.role() != "admin" => "admin",
            Fate::UnderPrivileged if self.role() == "admin" => "write",
            Fate::UnderPrivileged => "read",
            _ => self.role(),
        }
    }

    /// Whether the identity provider has the person as active at the end.
    pub(super) fn is_active(&self) -> bool {
        !matches!(self.fate, Fate::Leaver | Fate::LeftBehind | Fate::LateLeaver | Fate::DisableFailed | Fate::DisableHeld)
    }

    /// Whether the person is assigned to the application at the end.
    pub(super) fn is_assigned(&self) -> bool {
        self.is_active() && self.fate != Fate::Unassigned
    }

    /// Whether the person came within the period.
    pub(super) fn is_new(&self) -> bool {
        matches!(self.fate, Fate::Joiner | Fate::CreateFailed | Fate::NeverTried)
    }

    /// Whether the target ever had an account.
    pub(super) fn had_account(&self) -> bool {
        !matches!(self.fate, Fate::CreateFailed | Fate::NeverTried)
    }

    /// Whether the target has the account at the end.
    pub(super) fn has_account(&self) -> bool {
        self.had_account() && !matches!(self.fate, Fate::Leaver | Fate::LateLeaver)
    }
}

/// Eight in a hundred leave, eight come, four move, and one in a hundred has a push that fails and is repaired.
fn fate(number: u64) -> Fate {
    let place = number % 2_000;
    match FOUND.get(usize::try_from(place / 50).unwrap()).filter(|_| place % 50 == 13) {
        Some(found) => *found,
        None => match Random::new(number).below(100) {
            0..=7 => Fate::Leaver,
            8..=15 => Fate::Joiner,
            16..=19 => Fate::Mover,
            20 => Fate::Repaired,
            _ => Fate::Regular,
        },
    }
}

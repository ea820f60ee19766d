//! What happens to people in the period: their events, in the systems that tell of them.

use super::person::{Fate, Person};

/// 2026-07-01T00:00:00Z in seconds since 1970, and the days of the period that begins there.
pub(super) const BEGINNING: u64 = 1_782_864_000;
pub(super) const DAYS: u64 = 92;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

/// How a push of the connector ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Success,
    Conflict,
    BadAttribute,
    Forbidden,
    Unavailable,
    Deferred,
}

/// What the connector tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Push {
    Create,
    Update,
    Disable,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Happening {
    /// The identity provider made the person.
    Created,
    Deactivated,
    Assigned,
    Unassigned,
    TeamJoined,
    TeamLeft,
    /// A sign-on to the target, as the identity provider tells.
    SignedOn,
    /// An attempt at the target, as both sides tell.
    Pushed(Push, Ending),
    /// A login, as the target's audit log tells.
    LoggedIn,
    /// The account came with the first login.
    Joined,
    /// The connector removed the account.
    Removed,
    /// Somebody gave the account another role.
    Promoted,
    /// The person did something in the target.
    Worked,
}

/// One event of one person.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    /// Seconds since 1970.
    pub(super) at: u64,
    pub(super) person: u64,
    pub(super) what: Happening,
}

/// Everything that happens to a person.
pub(super) fn events(person: &Person, out: &mut Vec<Event>) {
    use Ending::{BadAttribute, Conflict, Deferred, Forbidden, Success, Unavailable};
    use Happening::{Assigned, Created, Deactivated, Joined, Promoted, Pushed, Removed, TeamJoined, TeamLeft, Unassigned};
    use Push::{Create, Disable, Update};
    // In the middle of the period, at any hour; leavers later, so that they are seen at work before.
    let turn = BEGINNING + DAY * (20 + person.spread(1, 60)) + person.spread(2, DAY);
    let mut tell = |at: u64, what: Happening| out.push(Event { at, person: person.number, what });
    match person.fate {
        Fate::Joiner | Fate::CreateFailed | Fate::NeverTried => {
            tell(turn, Created);
            tell(turn + 60, TeamJoined);
            tell(turn + 120, Assigned);
            match person.fate {
                Fate::Joiner => {
                    tell(turn + 180, Pushed(Create, Success));
                    tell(turn + HOUR, Joined);
                }
                Fate::CreateFailed => tell(turn + 180, Pushed(Create, Conflict)),
                _ => {}
            }
        }
        Fate::Leaver | Fate::LateLeaver => {
            let late = if person.fate == Fate::LateLeaver { 3 * DAY } else { 0 };
            tell(turn, Deactivated);
            tell(turn + late + 600, Pushed(Disable, Success));
            tell(turn + late + 660, Removed);
        }
        Fate::LeftBehind => tell(turn, Deactivated),
        Fate::DisableFailed => {
            tell(turn, Deactivated);
            tell(turn + 600, Pushed(Disable, Forbidden));
        }
        Fate::DisableHeld => {
            tell(turn, Deactivated);
            tell(turn + 600, Pushed(Disable, Deferred));
        }
        Fate::Unassigned => tell(turn, Unassigned),
        Fate::Mover => {
            tell(turn, TeamLeft);
            tell(turn + 30, TeamJoined);
            tell(turn + 300, Pushed(Update, Success));
        }
        Fate::Repaired => {
            tell(turn, Pushed(Update, Unavailable));
            tell(turn + 2 * HOUR, Pushed(Update, Success));
        }
        Fate::BadAttribute => tell(turn, Pushed(Update, BadAttribute)),
        Fate::Outage => tell(BEGINNING + 70 * DAY + person.spread(3, HOUR / 2), Pushed(Update, Unavailable)),
        Fate::Flapping => {
            for day in 0..5 {
                let ending = if day % 2 == 0 { Success } else { Conflict };
                tell(turn + day * DAY, Pushed(Update, ending));
            }
        }
        Fate::PromotedByHand => tell(turn, Promoted),
        _ => {}
    }
    if person.had_account() && person.fate != Fate::Dormant {
        routine(person, turn, out);
    }
}

/// Sign-ons and work: three of each kind for most people, before they leave or after they came.
fn routine(person: &Person, turn: u64, out: &mut Vec<Event>) {
    let (from, to) = match (person.is_new(), person.is_active()) {
        (true, _) => (turn + 2 * HOUR, BEGINNING + DAYS * DAY),
        (_, false) => (BEGINNING, turn),
        _ => (BEGINNING, BEGINNING + DAYS * DAY),
    };
    for visit in 0..2 {
        let at = if visit == 1 && person.is_active() {
            // Lately, so that nobody is dormant who is not meant to be.
            BEGINNING + DAY * (DAYS - 12) + person.spread(20, 12 * DAY - HOUR)
        } else {
            from + person.spread(10 + visit, (to - from).saturating_sub(HOUR).max(1))
        };
        let mut tell = |at: u64, what: Happening| out.push(Event { at, person: person.number, what });
        tell(at, Happening::SignedOn);
        tell(at + 2, Happening::LoggedIn);
        if visit == 1 {
            tell(at + 900, Happening::Worked);
        }
    }
}

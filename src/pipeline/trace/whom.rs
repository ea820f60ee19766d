//! Whom a question means: by any key, exactly; where several are meant, or nobody exactly, candidates and no guess.

use crate::model::link::fold;
use crate::model::trace::{Called, Candidate, Dossier};

/// No more people than this are offered where nobody is named exactly.
pub(super) const ALIKE: usize = 20;

/// Somebody who may be meant.
pub(super) struct Whom<'a> {
    /// The person's id; empty for an account without an owner.
    pub(super) person: &'a str,
    /// The login, or system and name of the account.
    pub(super) label: String,
    /// What questions may call them.
    pub(super) called: &'a [Called],
}

impl<'a> Whom<'a> {
    pub(super) fn of(dossier: &'a Dossier) -> Self {
        let person = dossier.person.as_ref().map(|person| person.id.as_str()).unwrap_or_default();
        Self { person, label: dossier.label(), called: &dossier.called }
    }
}

/// The place of the one who is meant.
///
/// # Errors
/// The candidates, where the key does not name exactly one; empty where there are none.
pub(super) fn find(everybody: &[Whom<'_>], key: &str) -> Result<usize, Vec<Candidate>> {
    if let Some(index) = everybody.iter().position(|whom| !whom.person.is_empty() && whom.person == key) {
        return Ok(index);
    }
    let asked = plain(key);
    let exact = matching(everybody, |value| plain(value) == asked);
    match exact.as_slice() {
        [(index, _)] => return Ok(*index),
        [] => {}
        _ => return Err(candidates(everybody, exact)),
    }
    let mut alike = if is_long_enough(&asked) { matching(everybody, |value| plain(value).contains(&asked)) } else { Vec::new() };
    alike.truncate(ALIKE);
    Err(candidates(everybody, alike))
}

/// Whether a part of a name says anything.
pub(super) fn is_long_enough(asked: &str) -> bool {
    asked.chars().count() >= 2
}

/// A name as it is compared: without case, and on one line.
pub(super) fn plain(text: &str) -> String {
    fold(text).replace(['\t', '\n'], " ")
}

/// Everybody one of whose keys fits, each once, with the first that does.
fn matching(everybody: &[Whom<'_>], fits: impl Fn(&str) -> bool) -> Vec<(usize, String)> {
    let first = |whom: &Whom<'_>| whom.called.iter().find(|called| fits(&called.value)).map(because);
    everybody.iter().enumerate().filter_map(|(index, whom)| Some((index, first(whom)?))).collect()
}

fn because(called: &Called) -> String {
    let place = if called.system.is_empty() { String::new() } else { format!(" in {}", called.system) };
    let doubt = if called.disputed { ", which may be theirs" } else { "" };
    format!("{} {}{place}{doubt}", called.key, called.value)
}

fn candidates(everybody: &[Whom<'_>], found: Vec<(usize, String)>) -> Vec<Candidate> {
    let candidate = |(index, because): (usize, String)| {
        let whom = everybody.get(index)?;
        Some(Candidate { person: whom.person.to_owned(), label: whom.label.clone(), because })
    };
    found.into_iter().filter_map(candidate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(values: &[(&str, &str)]) -> Vec<Called> {
        let one = |(key, value): &(&str, &str)| Called {
            key: (*key).to_owned(),
            value: (*value).to_owned(),
            system: String::new(),
            disputed: false,
        };
        values.iter().map(one).collect()
    }

    #[test]
    fn an_id_decides_several_are_listed_and_nobody_is_guessed() {
        let (ada, bob) = (called(&[("id", "00u1"), ("address", "ada@acme.example")]), called(&[("id", "00u2"), ("user name", "00U1")]));
        let whom = |person, called| Whom { person, label: String::new(), called };
        let everybody = [whom("00u1", &ada), whom("00u2", &bob)];
        let because = |key| find(&everybody, key).map_err(|found| found.into_iter().map(|one| one.because).collect::<Vec<_>>());
        assert_eq!(because("00u1"), Ok(0), "an id as it is written decides");
        assert_eq!(because("00U1"), Err(vec!["id 00u1".to_owned(), "user name 00U1".to_owned()]));
        assert_eq!(because(" ADA@acme.example "), Ok(0));
        assert_eq!(because("ada"), Err(vec!["address ada@acme.example".to_owned()]), "a part of a name is no name");
        assert_eq!(because("a"), Err(Vec::new()));
        assert_eq!(because("nobody"), Err(Vec::new()));
    }
}

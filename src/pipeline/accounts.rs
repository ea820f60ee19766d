//! Accounts as rows: the whole population, each with its owner, its role and what was found.

use std::collections::BTreeMap;

use crate::analyzer::{Context, expected_role};
use crate::model::report::AccountRow;
use crate::state::{Account, Owner};

/// Every account.
pub(super) fn rows(context: &Context<'_>, findings: &BTreeMap<(String, String), Vec<String>>) -> Vec<AccountRow> {
    context.directory.accounts.iter().map(|account| row(context, account, findings)).collect()
}

fn row(context: &Context<'_>, account: &Account, findings: &BTreeMap<(String, String), Vec<String>>) -> AccountRow {
    let owner = context.directory.owner(account);
    let entitled = owner.map(|person| match context.directory.entitled(account, person) {
        Some(true) => "true",
        Some(false) => "false",
        None => "unknown",
    });
    let expects_role = |person: &&crate::state::Person| {
        context.directory.is_target(account) && account.is_active() && person.active() == Some(true) && person.entitled() != Some(false)
    };
    let expected = owner.filter(expects_role).and_then(|person| expected_role(context, person));
    let match_key = if let Owner::Linked { key, .. } = &account.owner { key.word() } else { "" };
    let current = account.is_active();
    let resource_groups = account.resource_groups.iter().map(|(name, role)| format!("{name}: {}", role.as_deref().unwrap_or("member")));
    AccountRow {
        system: account.system.clone(),
        account: account.name.clone(),
        account_id: account.id().to_owned(),
        external_id: account.external_id.clone().unwrap_or_default(),
        email: account.email.clone().unwrap_or_default(),
        class: account.class.word().to_owned(),
        state: account.state().to_owned(),
        person: owner.map(|person| person.id.clone()).unwrap_or_default(),
        person_login: owner.and_then(|person| person.login.clone()).unwrap_or_default(),
        person_state: owner.map(|person| person.state().to_owned()).unwrap_or_default(),
        entitled: entitled.unwrap_or_default().to_owned(),
        situation: account.owner.situation().to_owned(),
        match_key: match_key.to_owned(),
        confidence: account.owner.confidence().map(|confidence| confidence.word().to_owned()).unwrap_or_default(),
        role_expected: expected.map(|expectation| expectation.role.word().to_owned()).unwrap_or_default(),
        role_observed: account.role.as_ref().filter(|_| current).map(|fact| fact.role.clone()).unwrap_or_default(),
        resource_groups: resource_groups.collect(),
        last_activity: account.activity.map(|(at, _)| at),
        created_at: account.created_at,
        findings: findings.get(&(account.system.clone(), account.id().to_owned())).cloned().unwrap_or_default(),
        manager_email: owner.and_then(|person| person.employment.as_ref()?.manager_email.clone()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use crate::analyzer::scene::Scene;
    use crate::model::event::{AccountRef, Activity, Outcome};
    use crate::model::listing::Absence;
    use crate::state::Account;

    #[test]
    fn a_service_account_that_no_listing_could_name_is_not_called_inactive() {
        let state = |listed: bool| {
            let mut scene = Scene::new("[[account]]\nsystem = \"huggingface\"\nname = \"acme-ci\"\nclass = \"service\"");
            let account = AccountRef { name: Some("acme-ci".to_owned()), ..AccountRef::default() };
            scene.event(5, Outcome::Success, Activity::Login { account }).members(20, &["somebody"]);
            if listed {
                scene.listing(20, "huggingface-service-accounts", Absence::ServiceAccount, 0);
            }
            scene.with(|context| context.directory.target_account_named("acme-ci").map(Account::state))
        };
        assert_eq!((state(false), state(true)), (Some("unknown"), Some("inactive")));
    }
}

//! The index of findings: from an account or a credential to the findings about it, and which of them stand on the page.

use std::collections::{BTreeMap, BTreeSet};

use super::{ROWS, shown};
use crate::model::finding::{Severity, Status};
use crate::model::report::{FindingRow, Report};

/// Where findings stand.
pub(super) struct Index<'r> {
    on_page: BTreeSet<&'r str>,
    /// By system, name and rule, of findings that hold.
    accounts: BTreeMap<(&'r str, &'r str, &'r str), Vec<&'r str>>,
    credentials: BTreeMap<(&'r str, &'r str, &'r str), Vec<&'r str>>,
}

/// A link to the findings of one rule about one subject.
pub(super) struct Link<'r> {
    pub(super) rule: &'r str,
    pub(super) href: String,
    /// What to filter by where there are several; else empty.
    pub(super) filter: String,
}

impl<'r> Index<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let mut index = Self { on_page: BTreeSet::new(), accounts: BTreeMap::new(), credentials: BTreeMap::new() };
        index.on_page = in_order(report).take(ROWS).map(|row| row.finding_id.as_str()).collect();
        for row in report.findings.iter().filter(|row| row.status != Status::Resolved) {
            let id = row.finding_id.as_str();
            if !row.account.is_empty() {
                index.accounts.entry((&row.system, &row.account, &row.rule)).or_default().push(id);
            }
            if !row.credential.is_empty() {
                index.credentials.entry((&row.system, &row.credential, &row.rule)).or_default().push(id);
            }
        }
        index
    }

    /// Links from an account to the findings of these rules.
    pub(super) fn of_account(&self, system: &'r str, account: &'r str, rules: &'r [String]) -> Vec<Link<'r>> {
        let link = |rule: &'r String| self.link(self.accounts.get(&(system, account, rule)), "account", account, rule);
        rules.iter().map(link).collect()
    }

    /// Links from a credential to the findings of these rules.
    pub(super) fn of_credential(&self, system: &'r str, credential: &'r str, rules: &'r [String]) -> Vec<Link<'r>> {
        let link = |rule: &'r String| self.link(self.credentials.get(&(system, credential, rule)), "credential", credential, rule);
        rules.iter().map(link).collect()
    }

    /// The address of a finding: its own where it stands on the page, else that of all findings.
    pub(super) fn href(&self, id: &str) -> String {
        if self.on_page.contains(id) { format!("#f-{}", shown::plain(id)) } else { "#findings".to_owned() }
    }

    fn link(&self, ids: Option<&Vec<&'r str>>, key: &str, name: &str, rule: &'r str) -> Link<'r> {
        let ids = ids.map(Vec::as_slice).unwrap_or_default();
        let filter = || format!("rule={}&{key}={}", shown::query(rule), shown::query(name));
        match ids {
            [id] if self.on_page.contains(id) => Link { rule, href: self.href(id), filter: String::new() },
            _ => Link { rule, href: "#findings".to_owned(), filter: filter() },
        }
    }
}

/// The findings in the order of the page: open, waived, resolved; the worst first.
pub(super) fn in_order(report: &Report) -> impl Iterator<Item = &FindingRow> {
    let groups =
        [Status::Open, Status::Waived, Status::Resolved].into_iter().flat_map(|status| Severity::ALL.map(|severity| (status, severity)));
    groups.flat_map(|(status, severity)| report.findings.iter().filter(move |row| row.status == status && row.severity == severity))
}

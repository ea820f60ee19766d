//! A plan for the terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::exceeded;
use crate::cli::terminal::{on_one_line, severity_style};
use crate::model::plan::{Comparison, GroupRole, Kind, PersonEffect, Plan, PlannedOperation, Unplanned, Validity, ValueChange};
use crate::model::time::Timestamp;
use crate::model::trace::Place;

/// The width of the names on the left.
const MARGIN: usize = 12;

/// No more places than this are named for one operation.
const PLACES: usize = 3;

const LOUD: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));

/// Writes a plan; `in_full`: with the bodies of the requests and everything that is left alone.
pub(super) fn write(out: &mut dyn Write, plan: &Plan, in_full: bool) -> io::Result<()> {
    head(out, plan)?;
    let narrowed = is_narrowed(plan) && !in_full;
    if plan.is_refused() {
        refusal(out, plan)?;
        // What was asked for is what comes of it, and that is no list to work off.
        if is_narrowed(plan) {
            people(out, plan, true)?;
            plan.comparison.iter().try_for_each(|found| comparison(out, found))?;
        }
        return Ok(());
    }
    let shown: Vec<&PlannedOperation> = plan.operations.iter().filter(|one| !narrowed || one.supposed).collect();
    operations(out, &shown, in_full)?;
    people(out, plan, narrowed)?;
    if let Some(found) = &plan.comparison {
        comparison(out, found)?;
    }
    if narrowed {
        let others = plan.operations.len() - shown.len();
        if shown.is_empty() {
            line(out, "\nby it", "no step is added")?;
        }
        return line(out, "\nbesides", &format!("{others} steps come anyway; -v or --format json shows them"));
    }
    unplanned(out, "cannot be concluded", &plan.undecided, usize::MAX)?;
    unplanned(out, "left alone", &plan.left_alone, if in_full { usize::MAX } else { 10 })
}

/// Whether something was supposed: then what comes of it is what was asked for.
fn is_narrowed(plan: &Plan) -> bool {
    plan.comparison.as_ref().is_some_and(|found| !found.supposed.is_empty())
}

fn line(out: &mut dyn Write, name: &str, text: &str) -> io::Result<()> {
    writeln!(out, "{name:<MARGIN$}{}", on_one_line(text))
}

fn head(out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
    line(out, "plan", &format!("{} · as of {} UTC", plan.target, plan.as_of.minute()))?;
    line(out, "from", &plan.provider)?;
    let listed = plan.target_listed_at.map_or_else(|| "never in full".to_owned(), |at| format!("{} UTC", at.minute()));
    line(out, "target", &format!("its users were listed {listed}"))?;
    if !plan.only.is_empty() {
        line(out, "only", &format!("the part about {}; steps are numbered as in the whole plan", plan.only))?;
    }
    let supposed = plan.comparison.iter().flat_map(|found| &found.supposed);
    supposed.into_iter().try_for_each(|sentence| line(out, "what if", sentence))?;
    let count = |kind: Kind| plan.counts.iter().find(|count| count.kind == kind).map(|count| count.operations);
    let counts: Vec<String> = Kind::ALL.into_iter().filter_map(|kind| Some(format!("{} {}", count(kind)?, kind.word()))).collect();
    line(out, "steps", &if counts.is_empty() { "none: the target is as it should be".to_owned() } else { counts.join(" · ") })?;
    let verdicts = [
        (Validity::Refused, "are expected to be refused"),
        (Validity::Conflict, "are expected to be answered by 409"),
        (Validity::Unknown, "are not certain to work"),
    ];
    let expected = |(validity, words): (Validity, &str)| {
        let number = plan.operations.iter().filter(|one| one.validity == validity).count();
        (number > 0).then(|| format!("{number} {words}"))
    };
    let expected: Vec<String> = verdicts.into_iter().filter_map(expected).collect();
    if !expected.is_empty() {
        line(out, "", &format!("of these, {}", expected.join(", ")))?;
    }
    let guard: Vec<String> =
        plan.guard.measures.iter().map(|one| format!("{} {} of {} {}", one.what, one.planned, one.of, one.of_what)).collect();
    line(out, "guard", &format!("{} (at most {}% each, over the whole plan)", guard.join(" · "), plan.guard.max_change_percent))?;
    plan.blockers.iter().try_for_each(|blocker| line(out, "blocked", blocker))?;
    plan.gaps.iter().try_for_each(|gap| line(out, "not known", gap))?;
    let ends: Vec<&PersonEffect> = plan.people.iter().filter(|one| one.deleted_on.is_some()).collect();
    for one in ends {
        let (on, whose) = (one.deleted_on.map(Timestamp::minute).unwrap_or_default(), on_one_line(&one.person_login));
        let due = if one.deleted_on.is_some_and(|at| at <= plan.as_of) { "is due since" } else { "follows on" };
        writeln!(out, "{LOUD}IRREVERSIBLE{LOUD:#} DELETE of {} ({whose}) {due} {on} UTC", on_one_line(&one.account))?;
    }
    Ok(())
}

/// The numbers, and what makes them.
fn refusal(out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
    writeln!(out, "\n{LOUD}REFUSED{LOUD:#}     {}", exceeded(&plan.guard))?;
    line(out, "", "What takes away so much is more often a broken mapping or listing than meant.")?;
    line(out, "", "Check the steps below. If they are meant, raise thresholds.max_change, or plan one person with --only.")?;
    let admin = |one: &PlannedOperation| one.changes.iter().any(|change| [&change.from, &change.to].iter().any(|role| *role == "admin"));
    let counted = |one: &&PlannedOperation| {
        matches!(one.kind, Kind::GroupRemove | Kind::Deactivate | Kind::Delete)
            || (matches!(one.kind, Kind::RoleRaise | Kind::RoleLower) && admin(one))
    };
    operations(out, &plan.operations.iter().filter(counted).collect::<Vec<_>>(), false)
}

fn operations(out: &mut dyn Write, operations: &[&PlannedOperation], in_full: bool) -> io::Result<()> {
    let mut kind = None;
    for one in operations {
        if kind != Some(one.kind) {
            kind = Some(one.kind);
            writeln!(out, "\n{}", title(one.kind))?;
        }
        operation(out, one, in_full)?;
    }
    Ok(())
}

const fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Create => "create: accounts to be made",
        Kind::Enable => "enable: accounts to be given back",
        Kind::Update => "update: values to be changed",
        Kind::GroupCreate => "group-create: groups to be made",
        Kind::GroupAdd => "group-add: members to be added",
        Kind::RoleRaise => "role-raise: higher roles; no request, they come with the next sign-on",
        Kind::RoleLower => "role-lower: lower roles; no request, they come with the next sign-on, and tokens keep the old one until then",
        Kind::GroupRemove => "group-remove: members to be removed",
        Kind::Deactivate => "deactivate: access to be taken away; the account is kept, and it can be given back",
        Kind::Delete => "delete: accounts to be removed for good",
    }
}

fn operation(out: &mut dyn Write, one: &PlannedOperation, in_full: bool) -> io::Result<()> {
    let whom = match (one.person_login.as_str(), one.account.as_str()) {
        ("", "") => one.group.clone(),
        (login, "") => login.to_owned(),
        ("", account) => account.to_owned(),
        (login, account) => format!("{login} as {account}"),
    };
    let group = if one.group.is_empty() || one.group == whom { String::new() } else { format!(" · {}", one.group) };
    let verdict = match one.validity {
        Validity::Valid => String::new(),
        Validity::Unknown => "  [not certain to work]".to_owned(),
        Validity::Refused => format!("  {LOUD}[will be refused]{LOUD:#}"),
        Validity::Conflict => format!("  {LOUD}[409]{LOUD:#}"),
    };
    let supposed = if one.supposed { "  [supposed]" } else { "" };
    writeln!(out, "  {:>4}  {}{}{verdict}{supposed}", one.step, on_one_line(&whom), on_one_line(&group))?;
    let indented = |out: &mut dyn Write, text: &str| writeln!(out, "        {}", on_one_line(text));
    if !one.irreversible.is_empty() {
        writeln!(out, "        {LOUD}{}{LOUD:#}", on_one_line(&one.irreversible))?;
    }
    indented(out, &one.reason)?;
    // What a deactivation changes is in its title.
    if !one.changes.is_empty() && one.kind != Kind::Deactivate {
        indented(out, &one.changes.iter().map(change).collect::<Vec<_>>().join(" · "))?;
    }
    one.remarks.iter().try_for_each(|remark| indented(out, remark))?;
    if !one.needs.is_empty() {
        indented(out, &format!("after step {}", one.needs.iter().map(u64::to_string).collect::<Vec<_>>().join(" and ")))?;
    }
    if let Some(request) = &one.request {
        let body = if in_full && !request.body.is_null() { format!(" {}", request.body) } else { String::new() };
        indented(out, &format!("{} {}{body}", request.method, request.path))?;
    }
    let places: Vec<String> = one.evidence.iter().take(PLACES).map(in_words).collect();
    let more = one.evidence.len().saturating_sub(PLACES);
    let more = if more > 0 { format!(" · and {more} more") } else { String::new() };
    if places.is_empty() { Ok(()) } else { indented(out, &format!("{}{more}", places.join(" · "))) }
}

fn in_words(place: &Place) -> String {
    place.line.map_or_else(|| place.file.clone(), |line| format!("{}:{line}", place.file))
}

/// `role: read → write`
fn change(change: &ValueChange) -> String {
    let dash = |value: &str| if value.is_empty() { "none".to_owned() } else { value.to_owned() };
    if change.from.is_empty() && !change.what.starts_with("resource group") {
        return format!("{} {}", change.what, change.to);
    }
    format!("{}: {} → {}", change.what, dash(&change.from), dash(&change.to))
}

fn people(out: &mut dyn Write, plan: &Plan, narrowed: bool) -> io::Result<()> {
    let shown = |one: &&PersonEffect| if narrowed { one.supposed } else { !plan.only.is_empty() || one.is_change() };
    let changed: Vec<&PersonEffect> = plan.people.iter().filter(shown).collect();
    if changed.is_empty() {
        return Ok(());
    }
    writeln!(out, "\naccess before and after, roles as of the next sign-on")?;
    for one in changed {
        let account = if one.account.is_empty() { String::new() } else { format!(" as {}", one.account) };
        let effects = [
            turn("access", &one.access_before, &one.access_after),
            turn("role", &one.role_before, &one.role_after),
            turn("resource groups", &groups(&one.resource_groups_before), &groups(&one.resource_groups_after)),
        ];
        let tokens = if one.tokens_left.is_empty() { None } else { Some(format!("STILL USABLE: {}", one.tokens_left.join(", "))) };
        let effects: Vec<String> = effects.into_iter().flatten().chain(tokens).collect();
        writeln!(out, "  {}{}: {}", on_one_line(&one.person_login), on_one_line(&account), on_one_line(&effects.join(" · ")))?;
    }
    Ok(())
}

fn comparison(out: &mut dyn Write, found: &Comparison) -> io::Result<()> {
    writeln!(out, "\ncompared with {}", on_one_line(&found.compared_with))?;
    for (title, rows) in [("findings that would appear", &found.appear), ("findings that would go", &found.go)] {
        writeln!(out, "  {title}: {}", rows.len())?;
        for row in rows {
            let reason = if row.reason.is_empty() { String::new() } else { format!(" {}", row.reason) };
            let style = severity_style(row.severity);
            writeln!(out, "    {style}{:<9}{style:#}{}{reason}: {}", row.severity, row.rule, on_one_line(&row.explanation))?;
        }
    }
    found.no_longer.iter().try_for_each(|one| writeln!(out, "  no longer planned: {}", on_one_line(one)))
}

/// `role read → write`; `role read` where it stays; `None` where there is none.
fn turn(what: &str, before: &str, after: &str) -> Option<String> {
    let dash = |value: &str| if value.is_empty() { "none".to_owned() } else { value.to_owned() };
    match (before, after) {
        ("", "") => None,
        _ if before == after => Some(format!("{what} {before}")),
        _ => Some(format!("{what} {} → {}", dash(before), dash(after))),
    }
}

fn groups(roles: &[GroupRole]) -> String {
    let role = |one: &GroupRole| {
        if one.role.is_empty() { one.resource_group.clone() } else { format!("{} ({})", one.resource_group, one.role) }
    };
    roles.iter().map(role).collect::<Vec<_>>().join(", ")
}

fn unplanned(out: &mut dyn Write, title: &str, rows: &[Unplanned], most: usize) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}: {}", rows.len())?;
    for row in rows.iter().take(most) {
        let whom = [&row.person_login, &row.account, &row.group].into_iter().filter(|part| !part.is_empty());
        let whom: Vec<&str> = whom.map(String::as_str).collect();
        writeln!(out, "  {}: {}", on_one_line(&whom.join(" · ")), on_one_line(&row.because))?;
    }
    match rows.len().saturating_sub(most) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more; -v or --format json shows all"),
    }
}

//! What a provisioning record says: whom it is about, what was tried, how it ended and why.

use serde_json::Value;

use super::form::{Entry, Fields, same};
use crate::model::event::{Actor, Failure, NamedRef, Operation, Outcome, PersonRef};
use crate::model::record::Scope;
use crate::source::wire::{keep, shorten};

/// More than this of a failure's text helps nobody.
const MESSAGE: usize = 500;

/// What Entra writes where there is no id.
const NO_ID: &str = "00000000-0000-0000-0000-000000000000";

/// A member of a group that the target does not know. The record as a whole may still be a success.
const UNRESOLVED: &str = "UnableToResolveReferenceAttributeValue";

/// Whom a record is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Person(PersonRef),
    Group(NamedRef),
    /// A role, a device, a contact: nobody's access to the target.
    Other,
}

/// The subject; `None` if the record does not say of which kind it is.
pub(super) fn subject(entry: &Entry) -> Option<Subject> {
    let source = entry.object("sourceIdentity");
    let target = entry.object("targetIdentity");
    let kinds = [
        source.text(&["identityType", "type"]),
        source.object("details").text(&["odatatype", "@odata.type"]),
        target.text(&["identityType", "type"]),
    ];
    let kinds: Vec<String> = kinds.into_iter().flatten().map(|kind| kind.to_ascii_lowercase()).collect();
    let is = |kind: &str| kinds.iter().any(|told| told.ends_with(kind));
    if is("group") {
        return Some(Subject::Group(NamedRef { id: id(source), name: name(source) }));
    }
    if is("user") {
        let login = source.object("details").keep(&["userPrincipalName"]).or_else(|| source.keep(&["userPrincipalName"]));
        return Some(Subject::Person(PersonRef { id: id(source), login, name: name(source) }));
    }
    (!kinds.is_empty()).then_some(Subject::Other)
}

/// The application, if it is the one that provisions the target. Microsoft's pages have one and lists of them.
pub(super) fn application(entry: &Entry, scope: &Scope) -> Option<NamedRef> {
    let system = entry.object("targetSystem").object("details");
    let principal = NamedRef { id: system.keep(&["servicePrincipalId"]), name: system.keep(&["servicePrincipalDisplayName"]) };
    let mut named: Vec<NamedRef> =
        entry.list("servicePrincipal").into_iter().map(|fields| NamedRef { id: id(fields), name: name(fields) }).collect();
    named.push(principal);
    named.retain(|application| *application != NamedRef::default());
    if named.is_empty() {
        return scope.is_application(None, None).then(NamedRef::default);
    }
    let registered = system.text(&["applicationId"]);
    let is_wanted = |application: &NamedRef| {
        scope.is_application(application.id.as_deref(), application.name.as_deref()) || scope.is_application(registered.as_deref(), None)
    };
    named.into_iter().find(is_wanted)
}

/// Whether it goes the other way, from a directory of persons or an application into Entra.
pub(super) fn is_inbound(entry: &Entry) -> bool {
    let target = name(entry.object("targetSystem"));
    let own = ["Microsoft Entra ID", "Azure Active Directory", "Azure AD"];
    target.is_some_and(|target| own.iter().any(|name| target.eq_ignore_ascii_case(name)))
}

/// The account's id at the target.
pub(super) fn account_id(entry: &Entry) -> Option<String> {
    id(entry.object("targetIdentity"))
}

/// Who started it: the service itself, or a person who provisions on demand.
pub(super) fn actor(entry: &Entry) -> Option<Actor> {
    let by = entry.object("initiatedBy");
    let actor = Actor { id: id(by), name: name(by), kind: by.keep(&["initiatorType", "initiatingType", "type"]) };
    (actor != Actor::default()).then_some(actor)
}

/// The word for what was done, in lower case.
pub(super) fn action(entry: &Entry) -> Option<String> {
    entry.text(&["provisioningAction", "action"]).map(|action| keep(&action).to_ascii_lowercase())
}

/// What was tried for a person. `other` and words that are not known leave it to the steps.
pub(super) fn operation(entry: &Entry, action: &str) -> Operation {
    match action {
        "create" => Operation::Create,
        "update" => update(entry),
        "delete" => Operation::Delete,
        "disable" | "stageddelete" => Operation::Disable,
        _ => by_steps(entry).unwrap_or(Operation::Verify),
    }
}

/// An update that gives or takes access is told by what it changed.
fn update(entry: &Entry) -> Operation {
    let soft_delete = entry.list("provisioningSteps").into_iter().any(|step| step_name(step).ends_with("softdelete"));
    match entry.list("modifiedProperties").into_iter().filter_map(gives_access).next_back() {
        Some(true) => Operation::Enable,
        Some(false) => Operation::Disable,
        None if soft_delete => Operation::Disable,
        None => Operation::Update,
    }
}

/// Whether a changed property gives or takes access; `None` if it does neither.
fn gives_access(property: Fields<'_>) -> Option<bool> {
    let property_name = property.text(&["displayName", "name"])?;
    let gives = if same(&property_name, "active") || same(&property_name, "accountEnabled") {
        true
    } else if same(&property_name, "isSoftDeleted") {
        false
    } else {
        return None;
    };
    let truth = |name: &str| property.text(&[name]).and_then(|text| truth(&text));
    let (old, new) = (truth("oldValue"), truth("newValue")?);
    (old != Some(new)).then_some(new == gives)
}

/// `True`, `"True"` and `["True"]` are all in use.
fn truth(text: &str) -> Option<bool> {
    text.trim_matches(['[', ']', '"', ' ']).to_ascii_lowercase().parse().ok()
}

/// What was sent, else what was meant to be sent.
fn by_steps(entry: &Entry) -> Option<Operation> {
    let names: Vec<String> = entry.list("provisioningSteps").into_iter().map(step_name).collect();
    ["entryexport", "entrysynchronization"].into_iter().find_map(|stage| {
        names.iter().rev().filter_map(|name| name.strip_prefix(stage)).find_map(|step| match step {
            "add" => Some(Operation::Create),
            "update" => Some(update(entry)),
            "updatesoftdelete" => Some(Operation::Disable),
            "delete" => Some(Operation::Delete),
            _ => None,
        })
    })
}

fn step_name(step: Fields<'_>) -> String {
    step.text(&["name"]).map(|name| name.to_ascii_lowercase()).unwrap_or_default()
}

/// How it ended. The status inside is right where the envelope contradicts it. A disable that is staged, held back by
/// the guard against accidental deletions, took no access away.
pub(super) fn outcome(entry: &Entry, action: &str) -> Outcome {
    let inside = ["provisioningStatusInfo", "statusInfo"].into_iter().find_map(|name| entry.object(name).text(&["status"]));
    let status = inside.or_else(|| entry.text(&["status", "resultType"]));
    // Azure Monitor writes the numbers of the enumeration.
    match status.map(|status| status.to_ascii_lowercase()).as_deref() {
        Some("failure" | "1") => Outcome::Failure,
        _ if action == "stageddelete" => Outcome::Deferred,
        Some("success" | "0" | "warning" | "3") => Outcome::Success,
        Some("skipped" | "2") => Outcome::Skipped,
        _ => Outcome::Unknown,
    }
}

/// Why it failed or was skipped, or what a success left undone.
pub(super) fn failure(entry: &Entry, outcome: Outcome) -> Option<Failure> {
    let error = Explanation::of(entry, outcome);
    let told = error.code.is_some() || !error.texts.is_empty();
    (told || matches!(outcome, Outcome::Failure | Outcome::Skipped)).then(|| Failure { message: error.message(), code: error.code })
}

/// What the record tells about its end.
#[derive(Debug)]
struct Explanation {
    code: Option<String>,
    texts: Vec<String>,
    /// The attribute that was to blame.
    field: Option<String>,
}

impl Explanation {
    fn of(entry: &Entry, outcome: Outcome) -> Self {
        let steps = entry.list("provisioningSteps");
        let detail = |name: &str| steps.iter().find_map(|step| step.object("details").keep(&[name]));
        let unresolved = || steps.iter().any(|step| step.mentions(UNRESOLVED)).then(|| UNRESOLVED.to_owned());
        let (code, reason) = error(entry, outcome);
        let code = match outcome {
            Outcome::Skipped => detail("skipReason").or(code),
            _ => code.or_else(|| detail("skipReason")),
        };
        let code = code.or_else(unresolved);
        let mut explanation = Self { code, texts: reason.into_iter().collect(), field: detail("propertyName") };
        for step in steps.into_iter().filter(|step| is_telling(*step)) {
            explanation.add(step.keep(&["description"]));
        }
        explanation
    }

    /// Adds a text, unless it has been said.
    fn add(&mut self, text: Option<String>) {
        self.texts.extend(text.filter(|text| !self.texts.iter().any(|said| said.contains(text.as_str()))));
    }

    fn message(&self) -> String {
        let sentences: Vec<&str> = self.texts.iter().map(|text| text.trim_end_matches('.')).collect();
        let text = sentences.join(". ");
        let whole = if self.texts.last().is_some_and(|text| text.ends_with('.')) { format!("{text}.") } else { text };
        match &self.field {
            Some(field) => format!("{} (field {})", shorten(&whole, MESSAGE), shorten(field, MESSAGE)).trim_start().to_owned(),
            None => shorten(&whole, MESSAGE),
        }
    }
}

/// Code and reason. The columns that Log Analytics has for them stand in where the status tells none.
fn error(entry: &Entry, outcome: Outcome) -> (Option<String>, Option<String>) {
    let status = ["provisioningStatusInfo", "statusInfo"].map(|name| entry.object(name).object("errorInformation"));
    let errors = status.into_iter().chain([entry.object("errorInformation")]);
    let inside: Vec<Fields<'_>> = errors.collect();
    let find = |name: &str| inside.iter().find_map(|error| error.keep(&[name]));
    let outside = |names: &[&str]| {
        let told = entry.keep(names).filter(|text| !text.eq_ignore_ascii_case("none"));
        told.filter(|_| matches!(outcome, Outcome::Failure | Outcome::Skipped))
    };
    let code = find("errorCode").or_else(|| outside(&["errorCode", "resultSignature"]));
    let reason = find("reason").or_else(|| outside(&["reason", "resultDescription"]));
    (code, reason)
}

/// Whether a step tells more than that all went well.
fn is_telling(step: Fields<'_>) -> bool {
    let status = step.text(&["status"]).map(|status| status.to_ascii_lowercase());
    let went_well = matches!(status.as_deref(), None | Some("success" | "0"));
    !went_well || step.mentions(UNRESOLVED) || step.mentions("quarantine")
}

fn id(fields: Fields<'_>) -> Option<String> {
    fields.keep(&["id"]).filter(|id| id != NO_ID)
}

fn name(fields: Fields<'_>) -> Option<String> {
    fields.keep(&["displayName", "name"])
}

/// Whether a record of the sample is one of this log, whatever its serialisation.
pub(super) fn is_summary(record: &Value) -> bool {
    let has = |fields: &serde_json::Map<String, Value>, names: &[&str]| fields.keys().any(|key| names.iter().any(|name| same(key, name)));
    let Some(fields) = record.as_object() else {
        return false;
    };
    let is_category = |(name, value): (&String, &Value)| {
        same(name, "category") && value.as_str().is_some_and(|category| category.eq_ignore_ascii_case("ProvisioningLogs"))
    };
    let own = ["provisioningAction", "action", "provisioningSteps", "provisioningStatusInfo", "statusInfo"];
    fields.iter().any(is_category) || (has(fields, &["changeId"]) && has(fields, &own))
}

//! The shapes of a log event: what decides whether it matters, and all that is used of one that does.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::record::Row;
pub(super) use crate::source::wire::Moment as Published;
use crate::source::wire::{self, Object, skim};

/// A text of an event. Log streams through some SIEMs have the word `null` where there is none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Text<'a>(#[serde(borrow)] wire::Text<'a>);

impl<'a> Text<'a> {
    /// What is written, unless that is nothing.
    pub(super) fn get(&self) -> Option<&str> {
        self.0.get().filter(|text| *text != "null")
    }

    /// What is written, fit to be stored.
    pub(super) fn keep(&self) -> Option<String> {
        self.get().map(wire::keep)
    }

    fn of(text: Option<&'a str>) -> Self {
        Self(wire::Text::of(text))
    }
}

/// What decides whether an event matters. SIEMs write the names of fields in lower case.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Head<'a> {
    #[serde(borrow, alias = "eventtype")]
    pub(super) event_type: Text<'a>,
    #[serde(borrow)]
    pub(super) published: Published<'a>,
    #[serde(borrow)]
    transaction: Object<Transaction<'a>>,
    #[serde(borrow)]
    target: Option<Raw<'a>>,
    #[serde(borrow)]
    detail: Option<Raw<'a>>,
    #[serde(borrow)]
    event: Option<Raw<'a>>,
    #[serde(borrow)]
    message: Option<Raw<'a>>,
}

/// A value as it is written.
#[derive(Clone, Copy, Debug)]
struct Raw<'a>(&'a str);

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Self(raw.get()))
    }
}

impl<'a> Raw<'a> {
    /// Of a member; without a value where that is `null`, as `serde` reads an `Option`.
    fn of(value: &'a [u8]) -> std::result::Result<Option<Self>, std::str::Utf8Error> {
        std::str::from_utf8(value).map(|text| (text != "null").then_some(Self(text)))
    }
}

/// An event inside the record of a log stream.
pub(super) enum Wrapped<'a> {
    /// There is none.
    Nothing,
    /// As an object: `detail` in log streams to AWS, `event` in those to Splunk.
    Object(&'a [u8]),
    /// As a text that holds JSON: `message` of log shippers.
    Text(String),
}

impl<'a> Head<'a> {
    /// What [`serde_json`] reads of a record, found by skimming it; `None` where that is for `serde_json` to say.
    pub(super) fn skim(record: &'a [u8]) -> Option<Self> {
        fn read<'a, T: Deserialize<'a>>(value: &'a [u8]) -> Option<T> {
            serde_json::from_slice(value).ok()
        }
        let (mut head, mut told) = (Self::default(), 0_u8);
        skim::members(record, |name, value| {
            let member = match name {
                "eventType" | "eventtype" => {
                    head.event_type = read(value)?;
                    1 << 0
                }
                "published" => {
                    head.published = read(value)?;
                    1 << 1
                }
                "transaction" => {
                    head.transaction = read(value)?;
                    1 << 2
                }
                "target" => {
                    head.target = Raw::of(value).ok()?;
                    1 << 3
                }
                "detail" => {
                    head.detail = Raw::of(value).ok()?;
                    1 << 4
                }
                "event" => {
                    head.event = Raw::of(value).ok()?;
                    1 << 5
                }
                "message" => {
                    head.message = Raw::of(value).ok()?;
                    1 << 6
                }
                _ => return Some(()),
            };
            // What is told twice is refused, and not here.
            let twice = told & member != 0;
            told |= member;
            (!twice).then_some(())
        })?;
        Some(head)
    }

    /// The event inside.
    pub(super) fn wrapped(&self) -> Wrapped<'a> {
        let object = |raw: Option<Raw<'a>>| raw.map(|raw| raw.0).filter(|json| json.starts_with('{'));
        if let Some(inner) = object(self.detail).or_else(|| object(self.event)) {
            return Wrapped::Object(inner.as_bytes());
        }
        let text = self.message.and_then(|raw| serde_json::from_str::<String>(raw.0).ok());
        text.filter(|text| text.trim_start().starts_with('{')).map_or(Wrapped::Nothing, Wrapped::Text)
    }

    /// The API token it was done with.
    pub(super) fn token(&self) -> Option<String> {
        self.transaction.0.token()
    }

    /// The event with nothing but its targets; `None` where it has none or they cannot be read.
    pub(super) fn targets(&self) -> Option<LogEvent<'a>> {
        let target = serde_json::from_str(self.target?.0).ok()?;
        Some(LogEvent { target, ..LogEvent::default() })
    }

    /// The same of a row of the console's CSV.
    pub(super) fn of_row(row: &Row<'a>) -> Self {
        Self {
            event_type: Text::of(row.get("event_type")),
            published: Published::of(row.get("timestamp")),
            transaction: Object(Transaction::of_row(row)),
            ..Self::default()
        }
    }
}

/// All that is used of an event that matters (Okta's `LogEvent`).
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct LogEvent<'a> {
    #[serde(borrow)]
    pub(super) uuid: Text<'a>,
    #[serde(borrow, alias = "eventtype")]
    pub(super) event_type: Text<'a>,
    #[serde(borrow, alias = "legacyeventtype")]
    pub(super) legacy_event_type: Text<'a>,
    #[serde(borrow, alias = "displaymessage")]
    pub(super) display_message: Text<'a>,
    #[serde(borrow)]
    pub(super) outcome: Object<Result<'a>>,
    #[serde(borrow)]
    pub(super) actor: Object<Entity<'a>>,
    #[serde(borrow)]
    pub(super) target: Option<Vec<Object<Entity<'a>>>>,
    #[serde(borrow)]
    pub(super) transaction: Object<Transaction<'a>>,
    #[serde(borrow, alias = "debugcontext")]
    pub(super) debug_context: Object<DebugContext<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Result<'a> {
    #[serde(borrow)]
    pub(super) result: Text<'a>,
    #[serde(borrow)]
    pub(super) reason: Text<'a>,
}

/// The actor, or one of the targets.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Entity<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow, alias = "alternateid")]
    alternate_id: Text<'a>,
    #[serde(borrow, alias = "displayname")]
    pub(super) display_name: Text<'a>,
}

impl Entity<'_> {
    /// The id; Okta writes `unknown` where it has none.
    pub(super) fn id(&self) -> Option<String> {
        self.id.keep().filter(|id| id != "unknown")
    }

    /// The login, or the name that stands in its place.
    pub(super) fn login(&self) -> Option<String> {
        self.alternate_id.keep().filter(|id| id != "unknown")
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Transaction<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    detail: Object<TransactionDetail<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct TransactionDetail<'a> {
    #[serde(borrow, alias = "requestapitokenid")]
    request_api_token_id: Text<'a>,
}

impl<'a> Transaction<'a> {
    /// The API token it was done with.
    pub(super) fn token(&self) -> Option<String> {
        self.detail.0.request_api_token_id.keep()
    }

    fn of_row(row: &Row<'a>) -> Self {
        let request_api_token_id = Text::of(row.get("transaction.detail.request_api_token_id"));
        Self { id: Text::of(row.get("transaction.id")), detail: Object(TransactionDetail { request_api_token_id }) }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct DebugContext<'a> {
    #[serde(borrow, alias = "debugdata")]
    pub(super) debug_data: Object<DebugData<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct DebugData<'a> {
    #[serde(borrow, alias = "custommessage")]
    pub(super) custom_message: Text<'a>,
    #[serde(borrow, rename = "error_code", alias = "errorCode", alias = "errorcode")]
    pub(super) error_code: Text<'a>,
    #[serde(borrow, rename = "error_field", alias = "errorField", alias = "errorfield")]
    pub(super) error_field: Text<'a>,
}

impl<'a> LogEvent<'a> {
    /// Of a row of the console's CSV, which has room for four targets.
    pub(super) fn of_row(row: &Row<'a>) -> Self {
        Self {
            uuid: Text::of(row.get("uuid")),
            event_type: Text::of(row.get("event_type")),
            legacy_event_type: Text::of(row.get("legacy_event_type")),
            display_message: Text::of(row.get("display_message")),
            outcome: Object(Result { result: Text::of(row.get("outcome.result")), reason: Text::of(row.get("outcome.reason")) }),
            actor: Object(entity(row, "actor")),
            target: Some(["target0", "target1", "target2", "target3"].into_iter().map(|prefix| Object(entity(row, prefix))).collect()),
            transaction: Object(Transaction::of_row(row)),
            debug_context: Object::default(),
        }
    }
}

fn entity<'a>(row: &Row<'a>, prefix: &str) -> Entity<'a> {
    let field = |name: &str| Text::of(row.get(&format!("{prefix}.{name}")));
    Entity { id: field("id"), kind: field("type"), alternate_id: field("alternate_id"), display_name: field("display_name") }
}

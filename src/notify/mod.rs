//! Telling a webhook that something is new or broken.
//!
//! [`Message`] says what there is to tell, as a pure function of the report; [`Webhook`] sends it, and is the only place of
//! the program that reaches the network. It decides nothing about a run: a message that cannot be sent is a warning of `cli`,
//! which also reads the address, since that is a secret and the config does not hold it. It knows `model` alone.

mod message;
mod sender;
mod slack;
mod webhook;

pub use message::{Message, Trouble};
pub use sender::{NotifyError, Patience};
pub use webhook::{Webhook, WebhookError};

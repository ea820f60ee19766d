//! Thresholds: how long is too long. Defaults are those of the contract.

use crate::model::time::Span;

/// `[thresholds]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// How soon an account has to be gone after its owner's lapse.
    pub deprovision_sla: Span,
    /// Nothing is called missing or left behind sooner than this.
    pub grace: Span,
    /// How long a token may lie unused.
    pub unused_token: Span,
    /// How long a token may live without a new secret.
    pub token_rotation: Span,
    /// How long an account may be without activity.
    pub dormant_account: Span,
    /// How long an invitation may wait.
    pub invitation: Span,
    /// How early the end of the SCIM token is announced.
    pub scim_token_warn: Span,
    /// How long a log may be silent.
    pub log_gap: Span,
    /// By how much a listing may shrink, in percent.
    pub max_change_percent: u8,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            deprovision_sla: Span::from_hours(24),
            grace: Span::from_hours(1),
            unused_token: Span::from_days(45),
            token_rotation: Span::from_days(90),
            dormant_account: Span::from_days(45),
            invitation: Span::from_days(7),
            scim_token_warn: Span::from_days(30),
            log_gap: Span::from_hours(24),
            max_change_percent: 20,
        }
    }
}

impl Thresholds {
    /// Key and value as the report prints them.
    #[must_use]
    pub fn parameters(&self) -> Vec<(String, String)> {
        let spans = [
            ("deprovision_sla", self.deprovision_sla),
            ("grace", self.grace),
            ("unused_token", self.unused_token),
            ("token_rotation", self.token_rotation),
            ("dormant_account", self.dormant_account),
            ("invitation", self.invitation),
            ("scim_token_warn", self.scim_token_warn),
            ("log_gap", self.log_gap),
        ];
        let mut rows: Vec<_> = spans.into_iter().map(|(key, span)| (format!("thresholds.{key}"), span.to_string())).collect();
        rows.push(("thresholds.max_change".to_owned(), format!("{}%", self.max_change_percent)));
        rows
    }
}

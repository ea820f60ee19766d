//! Controls: the requirements that a rule gives evidence for, by their ids and our own short titles.

use serde::Serialize;

mod title;

/// A catalogue of requirements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Framework {
    /// AICPA Trust Services Criteria, 2017, points of focus 2022.
    Soc2,
    /// ISO/IEC 27001:2022, Annex A.
    Iso27001,
    /// NIST SP 800-53, revision 5.
    Nist80053,
    /// CIS Controls, version 8.
    Cis,
    /// PCI DSS 4.0.
    Pci,
    /// HIPAA Security Rule, 45 CFR 164.
    Hipaa,
}

impl Framework {
    /// The name a reader knows it by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Soc2 => "SOC 2",
            Self::Iso27001 => "ISO 27001",
            Self::Nist80053 => "NIST 800-53",
            Self::Cis => "CIS",
            Self::Pci => "PCI",
            Self::Hipaa => "HIPAA",
        }
    }
}

/// One requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Control {
    /// Whose requirement.
    pub framework: Framework,
    /// Its id there.
    pub id: &'static str,
}

impl Control {
    /// What it is about, in a few words of ours; `None` for a control that no title was written for.
    #[must_use]
    pub fn title(self) -> Option<&'static str> {
        let (_, titles) = title::TITLES.iter().find(|(framework, _)| *framework == self.framework)?;
        titles.iter().find(|(id, _)| *id == self.id).map(|(_, title)| *title)
    }

    /// Every control that has a title, by framework.
    pub fn titled() -> impl Iterator<Item = Self> {
        title::TITLES.iter().flat_map(|&(framework, titles)| titles.iter().map(move |&(id, _)| Self { framework, id }))
    }
}

impl std::fmt::Display for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.framework.name(), self.id)
    }
}

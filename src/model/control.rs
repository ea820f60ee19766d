//! Controls: the requirements that a rule gives evidence for, by their ids and our own short titles.

use serde::Serialize;

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

impl std::fmt::Display for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.framework.name(), self.id)
    }
}

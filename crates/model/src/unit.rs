use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number with its unit in the type.
pub trait Unit: Copy {
    /// As people write it behind a number: `dBTP`.
    const SYMBOL: &'static str;
    /// As it ends a name where types end: `dbtp`, in `ceiling_dbtp`. Empty where the field's word is the unit (`q`).
    const SUFFIX: &'static str;
    /// Wraps a number.
    fn new(value: f64) -> Self;
    /// The number.
    fn value(self) -> f64;
}

macro_rules! units {
    ($($(#[$about:meta])* $name:ident, $symbol:literal, $suffix:literal;)*) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub f64);

        impl Unit for $name {
            const SYMBOL: &'static str = $symbol;
            const SUFFIX: &'static str = $suffix;
            fn new(value: f64) -> Self { Self(value) }
            fn value(self) -> f64 { self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
                let digits = f.precision().unwrap_or(2);
                write!(f, "{:.digits$}", self.0)?;
                if $symbol.is_empty() { Ok(()) } else { write!(f, " {}", $symbol) }
            }
        }
    )*};
}

units! {
    /// A gain or a difference of levels.
    Db, "dB", "db";
    /// A sample level; a full-scale sample is 0.
    Dbfs, "dBFS", "dbfs";
    /// A true-peak level (ITU-R BS.1770-5, Annex 2).
    Dbtp, "dBTP", "dbtp";
    /// A loudness (ITU-R BS.1770-5, Annex 1).
    Lufs, "LUFS", "lufs";
    /// A difference of loudness.
    Lu, "LU", "lu";
    /// A frequency.
    Hz, "Hz", "hz";
    /// A duration.
    Ms, "ms", "ms";
    /// The sharpness of a filter: centre frequency over bandwidth.
    Q, "", "q";
    /// How many dB in give one dB out.
    Ratio, ":1", "ratio";
    /// A share of a whole.
    Percent, "%", "percent";
    /// An angle; a full turn is 360.
    Degrees, "°", "degrees";
}

impl Db {
    /// The amplitude factor of this gain.
    pub fn amplitude(self) -> f64 {
        crate::amplitude(self.0)
    }
}

//! Numbers as people write them.

use acetate_model::Quantity;

/// A value with its unit, as precise as it is heard: `−14.0 LUFS`, `0.82`.
pub fn amount(quantity: Quantity, value: f64) -> String {
    let (digits, symbol) = match quantity.symbol() {
        "frames" | "Hz" | "bit" | "%" => (0, quantity.symbol()),
        "" if value.fract() == 0.0 && value.abs() > 1.0 => (0, ""),
        "" | "LSB" => (2, quantity.symbol()),
        symbol => (1, symbol),
    };
    let number = format!("{:.digits$}", value.abs());
    let negative = value < 0.0 && number.chars().any(|c| c.is_ascii_digit() && c != '0');
    let sign = if negative { "−" } else { "" };
    format!("{sign}{number} {symbol}").trim_end().to_owned()
}

/// A time as minutes and seconds: `1:07.3`.
pub fn moment(ms: f64) -> String {
    let tenths = (ms / 100.0).round().max(0.0) as u64;
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}

/// Text that Markdown shows as it is, on one line.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '|' | '#' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_like_an_engineer_writes_them() {
        assert_eq!(amount(Quantity::Integrated, -14.04), "−14.0 LUFS");
        assert_eq!(amount(Quantity::Integrated, -0.04), "0.0 LUFS");
        assert_eq!(amount(Quantity::Correlation, 0.816), "0.82");
        assert_eq!(amount(Quantity::Length, 441_000.0), "441000 frames");
        assert_eq!(amount(Quantity::ClippedRuns, 12.0), "12");
        assert_eq!(moment(67_349.0), "1:07.3");
        assert_eq!(plain("<a|b>\n"), "\\<a\\|b\\> ");
    }
}

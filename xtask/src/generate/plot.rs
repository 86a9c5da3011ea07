use std::fmt::Write;

use acetate_mastering::model::Curve;

/// The drawing and its field, in pixels.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 40.0;

/// Points along a curve.
const POINTS: usize = 256;

/// The audible range, drawn in ratios.
const HEARD_HZ: [f64; 2] = [20.0, 20_000.0];
const TICKS_HZ: [(f64, &str); 10] = [
    (20.0, "20"),
    (50.0, "50"),
    (100.0, "100"),
    (200.0, "200"),
    (500.0, "500"),
    (1000.0, "1k"),
    (2000.0, "2k"),
    (5000.0, "5k"),
    (10_000.0, "10k"),
    (20_000.0, "20k"),
];

/// The levels of a transfer curve.
const LEVELS_DBFS: [f64; 2] = [-60.0, 0.0];
const LEVEL_STEP_DB: f64 = 12.0;

/// A response is cut off below this.
const DEEPEST_DB: f64 = -36.0;
/// A curve that changes less than this is no picture.
const FLAT_DB: f64 = 0.01;

/// A curve as SVG; `None` where there is nothing to see.
pub(super) fn draw(curve: &Curve) -> Option<String> {
    match curve {
        Curve::None => None,
        Curve::Response(response) => draw_response(response, "dB"),
        Curve::Transfer(transfer) => draw_transfer(transfer),
        Curve::Noise(noise) => draw_response(noise, "dB re white noise"),
    }
}

fn draw_response(response: &dyn Fn(f64) -> f64, up: &str) -> Option<String> {
    let [from, to] = HEARD_HZ;
    let at = |share: f64| from * libm::pow(to / from, share);
    let points: Vec<(f64, f64)> =
        shares().map(|share| (share, response(at(share)).max(DEEPEST_DB))).collect();
    let low = points.iter().map(|p| p.1).fold(f64::INFINITY, f64::min);
    let high = points.iter().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max);
    if high - low < FLAT_DB {
        return None;
    }
    let field = Field::around(low, high);
    let ticks = TICKS_HZ.map(|(hz, label)| (libm::log(hz / from) / libm::log(to / from), label.to_owned()));
    let mut svg = field.begin("Hz", &ticks, up);
    field.line(&mut svg, &points, "stroke=\"#0b6\" stroke-width=\"2.5\"");
    Some(end(svg))
}

fn draw_transfer(transfer: &dyn Fn(f64) -> f64) -> Option<String> {
    let [from, to] = LEVELS_DBFS;
    let at = |share: f64| from + (to - from) * share;
    let field = Field { low: from, high: to, step: LEVEL_STEP_DB };
    let ticks: Vec<(f64, String)> = field.ticks().map(|db| ((db - from) / (to - from), label(db))).collect();
    let points: Vec<(f64, f64)> =
        shares().map(|share| (share, transfer(at(share)).clamp(from, to))).collect();
    if points.iter().all(|&(share, db)| (db - at(share)).abs() < FLAT_DB) {
        return None;
    }
    let mut svg = field.begin("dBFS in", &ticks, "dBFS out");
    field.line(&mut svg, &[(0.0, from), (1.0, to)], "stroke=\"#999\" stroke-dasharray=\"4 4\"");
    field.line(&mut svg, &points, "stroke=\"#0b6\" stroke-width=\"2.5\"");
    Some(end(svg))
}

/// Evenly from 0 to 1.
fn shares() -> impl Iterator<Item = f64> {
    (0..POINTS).map(|at| at as f64 / (POINTS - 1) as f64)
}

/// What the vertical axis shows, in decibels.
struct Field {
    low: f64,
    high: f64,
    step: f64,
}

impl Field {
    /// A little more than a range, in whole steps.
    fn around(low: f64, high: f64) -> Self {
        let step = if high - low > 12.0 { 6.0 } else { 1.0 };
        Self {
            low: (((low - 0.01) / step).floor() * step).max(DEEPEST_DB),
            high: ((high + 0.01) / step).ceil() * step,
            step,
        }
    }

    fn ticks(&self) -> impl Iterator<Item = f64> + '_ {
        let count = ((self.high - self.low) / self.step).round() as usize;
        (0..=count).map(|at| self.low + at as f64 * self.step)
    }

    fn y(&self, db: f64) -> f64 {
        TOP + (self.high - db) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)
    }

    fn begin(&self, across: &str, ticks: &[(f64, String)], up: &str) -> String {
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" \
             height=\"{HEIGHT}\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#444\">\n\
             <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
        );
        let (bottom, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
        for (share, label) in ticks {
            let x = x(*share);
            svg += &format!("<path d=\"M{x:.1} {TOP}V{bottom}\" stroke=\"#e2e2e2\"/>\n");
            svg += &format!(
                "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{label}</text>\n",
                bottom + 14.0
            );
        }
        for db in self.ticks() {
            let (y, stroke) = (self.y(db), if db == 0.0 { "#aaa" } else { "#e2e2e2" });
            svg += &format!("<path d=\"M{LEFT} {y:.1}H{right}\" stroke=\"{stroke}\"/>\n");
            svg += &format!(
                "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n",
                LEFT - 6.0,
                y + 4.0,
                label(db)
            );
        }
        let (middle, centre) = (x(0.5), f64::midpoint(TOP, bottom));
        svg +=
            &format!("<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{across}</text>\n", HEIGHT - 8.0);
        svg += &format!(
            "<text transform=\"translate(14 {centre}) rotate(-90)\" text-anchor=\"middle\">{up}</text>\n"
        );
        svg
    }

    /// A line through points: a share of the width, and decibels.
    fn line(&self, svg: &mut String, points: &[(f64, f64)], style: &str) {
        let path: Vec<String> =
            points.iter().map(|(share, db)| format!("{:.1},{:.1}", x(*share), self.y(*db))).collect();
        let _ = writeln!(svg, "<polyline points=\"{}\" fill=\"none\" {style}/>", path.join(" "));
    }
}

fn x(share: f64) -> f64 {
    LEFT + share * (WIDTH - LEFT - RIGHT)
}

fn end(svg: String) -> String {
    svg + "</svg>\n"
}

fn label(db: f64) -> String {
    super::text::number(db)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The points of the last line that was drawn.
    fn points(svg: &str) -> Vec<(f64, f64)> {
        let points =
            svg.rsplit("points=\"").next().and_then(|rest| rest.split('"').next()).unwrap_or_default();
        let number = |text: &str| text.parse().expect("a number");
        points.split(' ').filter_map(|p| p.split_once(',')).map(|(x, y)| (number(x), number(y))).collect()
    }

    #[test]
    fn a_response_goes_through_its_gains() {
        let svg =
            draw(&Curve::Response(Box::new(|hz| if hz < 632.0 { -5.0 } else { 5.0 }))).expect("a drawing");
        let points = points(&svg);
        let field = Field::around(-5.0, 5.0);
        assert_eq!((field.low, field.high), (-6.0, 6.0));
        assert_eq!(points[0], (LEFT, (field.y(-5.0) * 10.0).round() / 10.0));
        let turn = points.windows(2).find(|pair| pair[1].1 < pair[0].1).expect("a step")[1].0;
        assert!((turn - x(0.5)).abs() < 3.0, "632 Hz is the middle of the audible octaves, not {turn}");
    }

    #[test]
    fn a_transfer_stands_over_its_diagonal() {
        let svg = draw(&Curve::Transfer(Box::new(|db| db.min(-30.0)))).expect("a drawing");
        let points = points(&svg);
        assert_eq!(points[0].1, HEIGHT - BOTTOM);
        assert_eq!(points[POINTS - 1], (WIDTH - RIGHT, f64::midpoint(TOP, HEIGHT - BOTTOM)));
        assert!(svg.contains("stroke-dasharray"));
    }

    #[test]
    fn what_changes_nothing_is_not_drawn() {
        assert_eq!(draw(&Curve::None), None);
        assert_eq!(draw(&Curve::Response(Box::new(|_| -1.5))), None);
        assert_eq!(draw(&Curve::Transfer(Box::new(|db| db))), None);
    }
}

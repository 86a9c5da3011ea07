use acetate_model::{Role, RoleGuess};

use super::{candidate::Candidate, passed::PassedOver};

/// Whole names that say "this is the mix" beyond doubt, the surest first.
pub(super) const MIX_NAMES: [&str; 6] = ["mix", "mixdown", "premaster", "fullmix", "full mix", "stereo mix"];

/// Takes the mix out of the candidates: the one given by hand, or that of which the file or its name says so, if
/// it is not all there is. Further mixes are neither stems nor the mix.
pub(super) fn choose(
    given: Option<Candidate>,
    candidates: &mut Vec<Candidate>,
    passed_over: &mut Vec<PassedOver>,
) -> Option<Candidate> {
    if candidates.len() + usize::from(given.is_some()) < 2 {
        return given;
    }
    let best = (0..candidates.len()).filter_map(|at| Some((rank(&candidates[at])?, at))).min();
    let Some((_, best)) = best.filter(|_| candidates.len() > 1) else { return given };
    let mix = given.unwrap_or_else(|| candidates.remove(best));
    let (more, stems) = candidates.drain(..).partition(is_mix_beyond_doubt);
    let more: Vec<Candidate> = more;
    *candidates = stems;
    passed_over.extend(more.into_iter().map(|c| PassedOver {
        path: c.file.shown(),
        reason: "named as a mix, and another file is the mix already".into(),
    }));
    Some(mix)
}

/// How sure a mix is one, 0 for the surest; `None` for a stem.
fn rank(candidate: &Candidate) -> Option<usize> {
    if candidate.is_mix {
        return Some(0);
    }
    let at = MIX_NAMES.iter().position(|name| *name == candidate.label.to_lowercase());
    let guess = RoleGuess::from_name(&candidate.label);
    (guess.role == Role::Mix && guess.confidence >= Role::TRUSTED)
        .then_some(1 + at.unwrap_or(MIX_NAMES.len()))
}

fn is_mix_beyond_doubt(candidate: &Candidate) -> bool {
    candidate.is_mix || MIX_NAMES.contains(&candidate.label.to_lowercase().as_str())
}

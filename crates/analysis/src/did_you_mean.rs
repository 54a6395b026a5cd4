//! What somebody meant who wrote a name that there is not: of a rule, a host, a command.

/// The candidate that was most likely meant, if any is near enough to ask.
pub fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let folded = name.to_lowercase().replace(['_', ' '], "-");
    candidates
        .map(|candidate| {
            let typo = strsim::jaro_winkler(&folded, candidate);
            // Half a name is as good as a typo: `linger` for `missing-linger`.
            let part = folded.len() >= 4 && candidate.contains(&folded);
            (if part { typo.max(0.9) } else { typo }, candidate)
        })
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested() {
        let names = ["missing-linger", "missing-private-users", "privileged-container"];
        let meant = |name| closest(name, names.into_iter());
        assert_eq!(meant("priviliged-container"), Some("privileged-container"));
        assert_eq!(meant("Missing_Linger"), Some("missing-linger"));
        assert_eq!(meant("linger"), Some("missing-linger"));
        assert_eq!(meant("zebra"), None);
    }
}

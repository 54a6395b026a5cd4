//! The bounds of [`crate::tree::guard`], kept while reading: what it refuses must not be accepted here.

use super::token::{Surely, Token};
use crate::limits::{MAX_BROKEN, MAX_CHAIN, MAX_LOOKAHEAD, MAX_WORK, runs_on};

/// Counts as the guard does, or more.
pub(super) struct Bounds {
    /// For each open bracket: do the tokens in it follow one another, and how many did since the last separator?
    open: Vec<(bool, usize)>,
    live_chain: usize,
    work: usize,
    tokens: usize,
}

impl Bounds {
    /// For a text that could exceed a bound; none if its runs of path characters alone may be too much work.
    pub(super) fn new(text: &str) -> Surely<Self> {
        let (mut run, mut lookahead) = (0, 0_usize);
        for byte in text.bytes() {
            run = if runs_on(byte) { run + 1 } else { 0 };
            lookahead += run;
        }
        (lookahead <= MAX_LOOKAHEAD).then(|| Self {
            open: vec![(true, 0)],
            live_chain: 0,
            work: 0,
            tokens: 0,
        })
    }

    /// Counts a token that takes up so many bytes with the white space before it.
    pub(super) fn count(&mut self, token: Token, length: usize) -> Surely<()> {
        match token {
            Token::End => {}
            Token::Quote | Token::Indented => self.open(false),
            Token::LeftBracket => self.open(false),
            Token::Interpolation | Token::LeftBrace | Token::LeftParen => self.open(true),
            Token::RightBrace | Token::RightBracket | Token::RightParen => self.close(),
            Token::Semicolon | Token::Comma => {
                if let Some((_, chain)) = self.open.last_mut() {
                    self.live_chain -= *chain;
                    *chain = 0;
                }
            }
            _ => self.link(),
        }
        self.tokens += 1;
        // White space and comments count as tokens, too. There are at most as many as bytes.
        self.work += length.max(1) * (self.live_chain + self.open.len());
        let inside = self.live_chain <= MAX_CHAIN && self.work <= MAX_WORK && self.tokens <= MAX_BROKEN;
        inside.then_some(())
    }

    pub(super) fn open(&mut self, counts: bool) {
        self.link();
        self.open.push((counts, 0));
    }

    pub(super) fn close(&mut self) {
        if let Some((_, chain)) = self.open.pop() {
            self.live_chain -= chain;
        }
    }

    fn link(&mut self) {
        if let Some((true, chain)) = self.open.last_mut() {
            *chain += 1;
            self.live_chain += 1;
        }
    }
}

//! What is not known, and why.

use crate::{Literal, ThunkId, When};
use nixpod_source::{Symbol, Why};
use smol_str::SmolStr;
use std::rc::Rc;
use std::sync::Arc;

/// Why a value is not known, and by which name rules may recognise it.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// The reason. [`Why::External`] has the symbolic name, such as `pkgs.hello`.
    pub why: Why,
    /// Is it certainly a store path or package when put into a string (as against just any value)?
    pub store_path: bool,
    /// The text that it is where nobody says otherwise: an option's default, which a file that was not seen may override.
    pub likely: Option<(SmolStr, When)>,
    /// The text that it is, where what the text names is what matters: the path of a secret. Functions of texts compute with
    /// it; what they give is no path of that secret any more.
    pub text: Option<SmolStr>,
    /// What a function that is not known was called with, if this is what it gave: what is written there is still read.
    pub given: Vec<ThunkId>,
    /// What it came of besides.
    pub whence: Whence,
    /// Which Boolean it is, where it is made of others: the opposite of one, or a conjunction.
    pub literal: Option<Literal>,
}

/// What an unknown came of, where its name does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whence {
    /// The name tells.
    Name,
    /// Of a call with this last argument, or it was taken from what came of that.
    Call(ThunkId),
    /// It was computed from what has the name.
    Made,
}

/// What was given to a function tells nothing about what came of it.
impl PartialEq for Unknown {
    fn eq(&self, other: &Self) -> bool {
        self.why == other.why && self.store_path == other.store_path
    }
}

impl Eq for Unknown {}

impl Unknown {
    /// An unknown for a reason.
    pub fn new(why: Why) -> Rc<Self> {
        Rc::new(Self {
            why,
            store_path: false,
            likely: None,
            text: None,
            given: Vec::new(),
            whence: Whence::Name,
            literal: None,
        })
    }

    /// Is it certainly the same value, whatever that is? Names tell, but for what a function makes.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.why, &other.why) {
            (Why::External(one), Why::External(two)) => {
                let is_told = match self.whence {
                    Whence::Name => !one.comes_of_call(),
                    Whence::Call(_) => true,
                    Whence::Made => false,
                };
                one == two && one.is_whole() && is_told && self.whence == other.whence
            }
            (Why::UnsetOption(one), Why::UnsetOption(two)) => {
                one == two && one.len() < 200 && [self, other].iter().all(|of| of.whence == Whence::Name)
            }
            _ => false,
        }
    }

    /// The symbolic name, if it has one.
    pub fn name(&self) -> Option<&str> {
        self.why.name()
    }

    /// May functions say what holds for any element of this set or list? Only if it has a name, and if it is not itself
    /// an element of an element, which keeps recursive functions from unfolding it for ever.
    pub fn is_generic(&self) -> bool {
        self.name().is_some_and(|name| name.len() < 160) && self.why.unnamed() < 2
    }

    /// What something is that is made of this one: nobody must take it for the same.
    pub(crate) fn made_of(&self) -> Rc<Self> {
        let mut made = self.clone();
        made.literal = None;
        made.text = None;
        made.whence = Whence::Made;
        // A part of a path is another path. What is made of a package is taken from it, and as harmless.
        if let (Some(Symbol::Secret | Symbol::Home), Some(name)) = (self.why.symbol(), self.why.name()) {
            made.why = Why::Undecided(format!("it is made of `{name}`, which is not known"));
        }
        Rc::new(made)
    }

    /// A Boolean that is not known for this reason, of which it is known how it follows from others.
    pub(crate) fn boolean(&self, literal: Literal) -> Rc<Self> {
        Rc::new(Self {
            why: self.why.clone(),
            store_path: false,
            likely: None,
            text: None,
            given: Vec::new(),
            whence: Whence::Name,
            literal: Some(literal),
        })
    }

    /// The unknown that selecting an attribute of this one gives.
    #[must_use]
    pub fn select(&self, attr: &str) -> Rc<Self> {
        let why = match &self.why {
            Why::External(outside) => Why::External(Arc::new(outside.select(attr))),
            Why::UnsetOption(name) if name.is_empty() => Why::UnsetOption(attr.to_owned()),
            Why::UnsetOption(name) if name.len() < 200 => Why::UnsetOption(format!("{name}.{attr}")),
            why => why.clone(),
        };
        Rc::new(Self {
            why,
            store_path: false,
            likely: None,
            text: None,
            given: Vec::new(),
            whence: self.whence,
            literal: None,
        })
    }
}

//! How large and how deep a text may be to be read at all; [`crate::tree::guard`] tells why there are limits.
//! All times are of a build with rnix and rowan at optimisation level 2, as the workspace has it.

/// Longer texts are not parsed. The largest files of nixpkgs that are written by hand have about one MiB.
pub const MAX_FILE_SIZE: usize = 16 * 1024 * 1024;

/// How deep brackets, strings and interpolations may nest. rnix gives up at the 512th nested expression itself;
/// among 8,100 files of 40 public systems and of nixpkgs' `lib`, the deepest has 22.
pub const MAX_NESTING: usize = 500;

/// How many tokens may follow each other without a `;`, `,` or list bracket around them, summed over the enclosing
/// brackets. Bounds the depth of chains such as `a + b + c` and `f a b c`, which are trees as deep as they are long.
/// At the bound, parsing takes half a second and less than 2 MiB of stack; the longest of the same 8,100 files is
/// 354.
pub const MAX_CHAIN: usize = 10_000;

/// The sum over all tokens of how deep they are, which is what rowan's hashing costs at most: ten nanoseconds each.
pub(crate) const MAX_WORK: usize = 300_000_000;

/// The tokenizer looks ahead to the end of a run of path characters for each token in it, so that a run such as
/// `1+1+1+1` costs its length squared. In characters looked at, of two nanoseconds each.
pub(crate) const MAX_LOOKAHEAD: usize = 100_000_000;

/// If brackets do not match or an operand is missing, the parser takes the next token for it, so that depth is not
/// known before parsing. Then the file may have no more tokens than this: a tree of them all, each inside the one
/// before, takes up to three seconds; without optimisation it needs less than 32 MiB of stack.
pub(crate) const MAX_BROKEN: usize = 50_000;

/// Characters that the tokenizer's lookahead runs over.
pub(crate) fn runs_on(byte: u8) -> bool {
    RUNS_ON[byte as usize]
}

/// The same by byte: every byte of a long text is looked at.
const RUNS_ON: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let c = byte as u8;
        table[byte] = c.is_ascii_alphanumeric() || matches!(c, b'/' | b'_' | b'.' | b'+' | b'-' | b'<');
        byte += 1;
    }
    table
};

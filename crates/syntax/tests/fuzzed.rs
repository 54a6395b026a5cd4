//! The bounded twin of the example `fuzz-comments`.

#[path = "support/comments.rs"]
mod comments;

#[test]
fn whatever_a_comment_says() {
    comments::target().short(1, 3000);
}

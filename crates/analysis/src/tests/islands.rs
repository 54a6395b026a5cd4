//! Containers that stand in the text and that no host has: evaluated where they stand, or named.


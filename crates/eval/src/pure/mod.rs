//! What needs no evaluator: functions of plain data.

pub mod paths;

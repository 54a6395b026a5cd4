//! What native code says beside a value belongs to the value, whoever asks for it first.

use nixpod_eval::{Evaluator, Limits, OriginId, ThunkId, Tracked, Value};
use nixpod_fixture::TestSource;

fn null() -> Tracked {
    Tracked {
        value: Value::Null,
        origin: OriginId::default(),
    }
}

/// A thunk that asks for another.
fn asks(ev: &mut Evaluator<'_>, thunk: ThunkId) -> ThunkId {
    ev.alloc_native(move |ev| Ok(ev.force(thunk)?))
}

#[test]
fn while_notes_are_taken_each_value_has_its_own() {
    for kept in [false, true] {
        let source = TestSource::memory(&[]);
        let mut ev = Evaluator::new(&source, Limits::default());
        if kept {
            ev.retain();
        }
        let note = ev.new_note();
        let noted = ev.alloc_native(move |ev| {
            let before = ev.notes_so_far();
            ev.note(note);
            assert!(!before.has(note) && ev.notes_so_far().has(note));
            Ok(null())
        });
        let other = ev.alloc_native(|_| Ok(null()));
        let thunks = [noted, other, noted].map(|thunk| asks(&mut ev, thunk));
        let has = ev.taking_notes(|ev| {
            for thunk in thunks {
                assert!(ev.force(thunk).is_ok());
            }
            thunks.map(|thunk| ev.notes_behind(thunk).has(note))
        });
        assert_eq!(has, [true, false, true], "{kept}");
        let [first, ..] = thunks;
        assert_eq!(ev.notes_behind(first).has(note), kept);
    }
}

//! What happens on TERM and INT. The standard library cannot ask for signals, so the C library is asked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::{thread, time::Duration};

const INT: i32 = 2;
const TERM: i32 = 15;
static ENDING: AtomicBool = AtomicBool::new(false);

extern "C" fn remember(_: i32) {
    ENDING.store(true, Ordering::Relaxed);
}

extern "C" {
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
}

/// Calls `end` on a thread of its own soon after the first of these signals.
pub fn end_on_term(end: fn()) {
    // SAFETY: the handler only writes an atomic, which a handler may do.
    unsafe {
        signal(TERM, remember);
        signal(INT, remember);
    }
    thread::spawn(move || {
        while !ENDING.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(50));
        }
        end();
    });
}

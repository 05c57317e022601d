//! Calls itself until the stack is used up.

fn deeper(depth: u64) -> u64 {
    let below = std::hint::black_box(depth + 1);
    deeper(below).wrapping_add(std::hint::black_box(below))
}

kit::resolver!(|_, _| {
    std::hint::black_box(deeper(0));
    Vec::new()
});

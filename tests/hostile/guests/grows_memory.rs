//! Takes memory until there is none left.

kit::resolver!(|_, _| {
    let mut hoard = Vec::new();
    loop {
        hoard.push(std::hint::black_box(Vec::<u8>::with_capacity(1 << 20)));
    }
});

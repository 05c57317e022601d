//! The memory of a rule: a heap for an instance that answers one batch.
//!
//! Nothing is ever given back to the host, because the host takes all of it when
//! the batch is answered. What is freed goes on a list of blocks of its size and
//! is handed out again from there. An allocation is a dozen instructions, where
//! the allocator of the standard library takes a hundred: in a batch of short
//! texts that was a quarter of all time.
//!
//! Feature `heap`, on by default; a rule that brings an allocator of its own
//! leaves it out.

#![expect(
    unsafe_code,
    reason = "an allocator hands out raw memory, that is its interface"
)]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ptr;

/// Up to here sizes are rounded up to whole words of [`WORD`] bytes; beyond, to
/// a quarter of the power of two below, so that at most a fifth is wasted.
const FINE_MAX: usize = 32;
const WORD: usize = 8;
/// As many sizes as fit the address space of WebAssembly.
const CLASSES: usize = 4 * 30 + 8 - FIRST_COARSE;
const FIRST_COARSE: usize = 19;
/// Blocks up to this size keep their place when they shrink: moving them would
/// cost more than the bytes are worth.
const SHRINK_IN_PLACE_MAX: usize = 1024;

/// Where a heap gets its memory from.
pub(crate) trait Source {
    /// At least so many more bytes, aligned to a word; null if there are none.
    /// Says how many it gives.
    fn more(&self, bytes: usize) -> (*mut u8, usize);
}

/// Blocks of equal size in lists, and one piece of memory that is cut from.
pub(crate) struct Heap<S> {
    source: S,
    /// The next byte that nobody had, and how many there are.
    top: Cell<*mut u8>,
    left: Cell<usize>,
    free: [Cell<*mut Free>; CLASSES],
}

/// A block that was freed.
struct Free {
    next: *mut Free,
}

/// A size of blocks: its place among the lists, and the bytes of a block.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Class {
    list: usize,
    bytes: usize,
}

impl Class {
    /// The smallest that holds `size` bytes. A size is below half of the address
    /// space, which is what a layout warrants.
    fn of(size: usize) -> Self {
        if size <= FINE_MAX {
            let words = size.div_ceil(WORD).max(1);
            return Self {
                list: words,
                bytes: words * WORD,
            };
        }
        let last = size - 1;
        let power = last.ilog2() as usize;
        let quarters = last >> (power - 2);
        Self {
            list: 4 * power + quarters - FIRST_COARSE,
            bytes: (quarters + 1) << (power - 2),
        }
    }
}

impl<S: Source> Heap<S> {
    pub(crate) const fn new(source: S) -> Self {
        Self {
            source,
            top: Cell::new(ptr::null_mut()),
            left: Cell::new(0),
            free: [const { Cell::new(ptr::null_mut()) }; CLASSES],
        }
    }

    /// A block from the piece that is cut from, or null.
    fn cut(&self, class: Class, align: usize) -> *mut u8 {
        let Some(wanted) = class.bytes.checked_add(self.gap(align)) else {
            return ptr::null_mut();
        };
        if wanted > self.left.get() && !self.extend(class.bytes.saturating_add(align)) {
            return ptr::null_mut();
        }
        let gap = self.gap(align);
        let top = self.top.get().wrapping_add(gap);
        self.top.set(top.wrapping_add(class.bytes));
        self.left.set(self.left.get() - gap - class.bytes);
        top
    }

    /// The bytes from the top to the next aligned address.
    fn gap(&self, align: usize) -> usize {
        self.top.get().addr().wrapping_neg() & (align.max(WORD) - 1)
    }

    /// Sees to it that there are so many bytes to cut from.
    fn extend(&self, bytes: usize) -> bool {
        let (start, given) = self.source.more(bytes);
        if start.is_null() {
            return false;
        }
        let follows = start == self.top.get().wrapping_add(self.left.get());
        if follows && !self.top.get().is_null() {
            self.left.set(self.left.get() + given);
        } else {
            self.top.set(start);
            self.left.set(given);
        }
        true
    }

    /// Makes the block that was cut last larger or smaller where it stands.
    fn stretch(&self, block: *mut u8, from: Class, to: Class) -> bool {
        let is_last = block.wrapping_add(from.bytes) == self.top.get();
        let bytes = from.bytes + self.left.get();
        if !is_last || to.bytes > bytes {
            return false;
        }
        self.top.set(block.wrapping_add(to.bytes));
        self.left.set(bytes - to.bytes);
        true
    }
}

// SAFETY: a block is in one place at a time, with its owner or on one list. It
// has the bytes of its class, or more where it shrank in place, and its class
// follows from its layout alone.
unsafe impl<S: Source> GlobalAlloc for Heap<S> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let class = Class::of(layout.size());
        let list = &self.free[class.list];
        let block = list.get();
        // More than a word is asked for so rarely that only the first is looked at.
        if block.is_null() || block.addr() & (layout.align() - 1) != 0 {
            return self.cut(class, layout.align());
        }
        // SAFETY: what is on a list was put there by `dealloc`.
        list.set(unsafe { (*block).next });
        block.cast()
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let list = &self.free[Class::of(layout.size()).list];
        let block = block.cast::<Free>();
        // SAFETY: the block is at least a word long, aligned to one, and nobody's.
        unsafe { block.write(Free { next: list.get() }) };
        list.set(block);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let (from, to) = (Class::of(layout.size()), Class::of(size));
        let shrinks = to.bytes <= from.bytes && from.bytes <= SHRINK_IN_PLACE_MAX;
        if from == to || shrinks || self.stretch(block, from, to) {
            return block;
        }
        // SAFETY: the caller warrants size and alignment, and that the block has
        // the bytes of its layout; the new one is another.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

#[cfg(all(target_arch = "wasm32", feature = "heap"))]
mod instance {
    use std::cell::Cell;

    use super::{Heap, Source};

    const PAGE_BYTES: usize = 64 << 10;
    /// The most that is asked for beyond what is needed.
    const PAGES_AT_ONCE: usize = 16;

    /// Asks for as much again as it gave, from one page up. Asking costs a call
    /// to the host; but a host that keeps an instance's pages for the next one
    /// wipes all that the next one asks for, so a small batch must ask for little.
    struct Memory {
        pages: Cell<usize>,
    }

    impl Source for Memory {
        fn more(&self, bytes: usize) -> (*mut u8, usize) {
            let needed = bytes.div_ceil(PAGE_BYTES);
            let ahead = self.pages.get().clamp(1, PAGES_AT_ONCE);
            // Near the limit there may be less than what is asked for at once.
            for pages in [needed.max(ahead), needed] {
                let before = core::arch::wasm32::memory_grow::<0>(pages);
                if before != usize::MAX {
                    self.pages.set(self.pages.get() + pages);
                    let start = core::ptr::with_exposed_provenance_mut(before * PAGE_BYTES);
                    return (start, pages * PAGE_BYTES);
                }
            }
            (core::ptr::null_mut(), 0)
        }
    }

    // SAFETY: an instance has one thread.
    unsafe impl Sync for Heap<Memory> {}

    #[global_allocator]
    static HEAP: Heap<Memory> = Heap::new(Memory {
        pages: Cell::new(0),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces of a fixed size, as many as are asked for and no more than allowed.
    struct Pieces {
        left: Cell<usize>,
    }

    const PIECE_BYTES: usize = 4096;

    impl Source for Pieces {
        fn more(&self, bytes: usize) -> (*mut u8, usize) {
            let bytes = bytes.next_multiple_of(PIECE_BYTES);
            let Some(left) = self.left.get().checked_sub(bytes) else {
                return (ptr::null_mut(), 0);
            };
            self.left.set(left);
            let piece = vec![0_u64; bytes / WORD].leak();
            (piece.as_mut_ptr().cast(), bytes)
        }
    }

    fn heap(bytes: usize) -> Heap<Pieces> {
        Heap::new(Pieces {
            left: Cell::new(bytes),
        })
    }

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).unwrap()
    }

    /// A block that is filled with one byte.
    struct Held {
        block: *mut u8,
        layout: Layout,
        byte: u8,
    }

    impl Held {
        fn fill(&self) {
            // SAFETY: the block has the bytes of its layout.
            unsafe { self.block.write_bytes(self.byte, self.layout.size()) };
        }

        fn is_whole(&self, bytes: usize) -> bool {
            // SAFETY: the block has the bytes of its layout, all of them written.
            let held = unsafe { std::slice::from_raw_parts(self.block, bytes) };
            held.iter().all(|byte| *byte == self.byte)
        }
    }

    #[test]
    fn a_class_holds_its_sizes_and_wastes_little() {
        let mut before = Class::of(1);
        for size in 1..100_000 {
            let class = Class::of(size);
            assert!(
                class.bytes >= size && class.bytes.is_multiple_of(WORD),
                "{size}"
            );
            assert!(class.bytes - size < WORD.max(size / 4 + 1), "{size}");
            let next = class.list == before.list + 1 && class.bytes > before.bytes;
            assert!(class == before || next, "{size}");
            before = class;
        }
        assert_eq!(Class::of((1 << 31) - 1).list, CLASSES - 1);
    }

    /// Random blocks come and go; each keeps what was written into it.
    #[test]
    fn blocks_never_overlap() {
        let heap = heap(64 << 20);
        let mut held: Vec<Held> = Vec::new();
        let mut state = 0x7EA7_u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            (state >> 33) as usize % below
        };
        for step in 0..50_000 {
            let most = 2 << random(12);
            let size = 1 + random(most);
            match random(5) {
                0 | 1 if !held.is_empty() => {
                    let old = held.swap_remove(random(held.len()));
                    assert!(old.is_whole(old.layout.size()), "step {step}");
                    // SAFETY: the block is of this heap and nobody's any more.
                    unsafe { heap.dealloc(old.block, old.layout) };
                }
                2 if !held.is_empty() => {
                    let at = random(held.len());
                    let old = &mut held[at];
                    let kept = old.layout.size().min(size);
                    // SAFETY: the block is of this heap and has this layout.
                    old.block = unsafe { heap.realloc(old.block, old.layout, size) };
                    old.layout = layout(size, old.layout.align());
                    assert!(old.is_whole(kept), "step {step}");
                    old.fill();
                }
                _ => {
                    let layout = layout(size, 1 << random(6));
                    // SAFETY: the size is not zero.
                    let block = unsafe { heap.alloc(layout) };
                    assert_eq!(block.addr() % layout.align(), 0, "step {step}");
                    let byte = random(256) as u8;
                    held.push(Held {
                        block,
                        layout,
                        byte,
                    });
                    held[held.len() - 1].fill();
                }
            }
        }
        assert!(held.iter().all(|each| each.is_whole(each.layout.size())));
    }

    #[test]
    fn what_is_freed_is_handed_out_again() {
        let heap = heap(PIECE_BYTES);
        for (size, align) in [(24, 1), (40, 8), (100, 16), (2_000, 4)] {
            let layout = layout(size, align);
            for _ in 0..1_000 {
                // SAFETY: the size is not zero, and the block is not used again.
                unsafe {
                    let block = heap.alloc(layout);
                    assert!(!block.is_null(), "{size}");
                    heap.dealloc(block, layout);
                }
            }
        }
    }

    #[test]
    fn the_last_block_grows_where_it_stands() {
        let heap = heap(PIECE_BYTES);
        // SAFETY: sizes are not zero, and the layouts are those of the blocks.
        unsafe {
            let block = heap.alloc(layout(16, 1));
            assert_eq!(heap.realloc(block, layout(16, 1), 3_000), block);
            assert_eq!(heap.realloc(block, layout(3_000, 1), 20), block);
            assert_eq!(heap.alloc(layout(8, 1)), block.wrapping_add(24));
        }
    }

    #[test]
    fn memory_that_is_not_there_is_null() {
        let heap = heap(PIECE_BYTES);
        // SAFETY: sizes are not zero; nothing is written.
        unsafe {
            assert!(heap.alloc(layout(PIECE_BYTES + 1, 1)).is_null());
            let block = heap.alloc(layout(PIECE_BYTES / 2, 1));
            assert!(!block.is_null());
            let grown = heap.realloc(block, layout(PIECE_BYTES / 2, 1), 2 * PIECE_BYTES);
            assert!(grown.is_null());
        }
    }
}

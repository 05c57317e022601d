;; encode
;; Fills its memory again and again: much work in few
;; instructions.
(module
  (memory (export "memory") 512)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "treaty:rules/description@0.1.0#describe") (result i32) unreachable)
  (func (export "treaty:rules/description@0.1.0#check")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
  (func (export "treaty:rules/resolver@0.1.0#resolve")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (loop $again
      (memory.fill (i32.const 0) (i32.const 1) (i32.const 33554432))
      (br $again))
    unreachable))

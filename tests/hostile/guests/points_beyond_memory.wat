;; encode
;; Answers with a list that would lie beyond the end of its memory.
(module
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "treaty:rules/description@0.1.0#describe") (result i32) unreachable)
  (func (export "treaty:rules/description@0.1.0#check")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
  (func (export "treaty:rules/resolver@0.1.0#resolve")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (i32.store (i32.const 0) (i32.const 65000))
    (i32.store (i32.const 4) (i32.const 1000))
    (i32.const 0)))

;; encode
;; Grows its table until that is refused, then traps.
(module
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "treaty:rules/description@0.1.0#describe") (result i32) unreachable)
  (func (export "treaty:rules/description@0.1.0#check")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
  (table $table 1 funcref)
  (func (export "treaty:rules/resolver@0.1.0#resolve")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (loop $again
      (br_if $again
        (i32.ne (table.grow $table (ref.null func) (i32.const 10000)) (i32.const -1))))
    unreachable))

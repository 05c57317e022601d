;; encode
;; Answers with ten thousand verdicts that share one reason of eight megabytes:
;; a small memory that would fill the host's.
(module
  (memory (export "memory") 256)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "treaty:rules/description@0.1.0#describe") (result i32) unreachable)
  (func (export "treaty:rules/description@0.1.0#check")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
  (func (export "treaty:rules/resolver@0.1.0#resolve")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (local $verdict i32) (local $left i32)
    ;; The list of answers: one, at 16: ok, verdicts at 64, ten thousand of them.
    (i32.store (i32.const 0) (i32.const 16))
    (i32.store (i32.const 4) (i32.const 1))
    (i32.store (i32.const 20) (i32.const 64))
    (i32.store (i32.const 24) (i32.const 10000))
    (local.set $verdict (i32.const 64))
    (local.set $left (i32.const 10000))
    (loop $again
      ;; Of forty bytes, the last eight are the reason.
      (i32.store offset=32 (local.get $verdict) (i32.const 1048576))
      (i32.store offset=36 (local.get $verdict) (i32.const 8388608))
      (local.set $verdict (i32.add (local.get $verdict) (i32.const 40)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $again (local.get $left)))
    (i32.const 0)))

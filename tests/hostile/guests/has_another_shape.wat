;; assemble
;; Exports the contract's interfaces with functions of another shape.
(component
  (core module $m (func (export "f") (result i32) (i32.const 1)))
  (core instance $i (instantiate $m))
  (func $f (result u32) (canon lift (core func $i "f")))
  (instance $rules (export "describe" (func $f)) (export "check" (func $f))
    (export "resolve" (func $f)))
  (export "treaty:rules/description@0.1.0" (instance $rules))
  (export "treaty:rules/resolver@0.1.0" (instance $rules)))

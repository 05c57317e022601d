;; truncate
;; A component whose end is missing.
(component
  (core module (func (export "f") (result i32) (i32.const 1)))
  (core instance $i (instantiate 0))
  (func (export "f") (result u32) (canon lift (core func $i "f"))))

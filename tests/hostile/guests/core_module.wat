;; assemble
;; A core module.
(module (func (export "resolve")))

;; assemble
;; Asks for the time, and for something of its own.
(component
  (import "wasi:clocks/wall-clock@0.2.0" (instance (export "resolution" (func (result u64)))))
  (import "acme:tools/telemetry@1.0.0" (instance)))

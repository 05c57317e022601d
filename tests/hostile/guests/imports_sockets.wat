;; assemble
;; Asks for the network.
(component
  (import "wasi:sockets/tcp@0.2.0" (instance))
  (import "wasi:sockets/udp@0.2.0" (instance)))

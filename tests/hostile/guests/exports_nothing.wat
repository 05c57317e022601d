;; assemble
;; A component that is no rule.
(component)

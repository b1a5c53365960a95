// RUN: my-opt %s -prune-groups=below=-1 -verify-diagnostics

// expected-error@below {{prune-groups: below must not be negative, found -1}}
module {
}

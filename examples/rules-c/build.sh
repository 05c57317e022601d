#!/bin/sh
# Makes keep-person.wasm: a module with clang, and a component of the module with treaty.
set -eu
cd "$(dirname "$0")"
missing() {
    echo "$1 is not installed; $2" >&2
    exit 1
}
command -v clang >/dev/null || missing clang "on Debian: apt-get install clang lld"
command -v wasm-ld >/dev/null || missing wasm-ld "on Debian: apt-get install lld"
command -v treaty >/dev/null || missing treaty "cargo install --locked --path host/cli"
clang --target=wasm32 -std=c11 -Os -Wall -Wextra -Werror -ffreestanding -fno-builtin \
    -nostdlib -Wl,--no-entry,--strip-all -o keep-person.module.wasm rule.c
treaty rules build keep-person.module.wasm

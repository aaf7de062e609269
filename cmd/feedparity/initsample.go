//go:build !lean

package main

// sampleConfig is a configuration that works once its source does; every line a
// team must look at says so.
const sampleConfig = `# feedparity.yaml: docs/config.md describes every key.
#
# Paths are relative to this file. What a sweep keeps lies below .feedparity/
# (supplier data: keep it out of version control).

feeds:
  acme-stock:                                # TODO: a name of your own; it becomes a directory
    source: ftp://ftp.example.com/out        # TODO: or ftps://..., or a local directory
    user: feed                               # TODO: leave out for anonymous
    password: {env: ACME_PASSWORD}           # or {file: /run/secrets/acme}; never in this file
    match: ["stock_*.csv"]                   # TODO: which of its files are deliveries
    backfill: 3                              # deliveries taken on first sight, newest first

    # What the old and the new code do. "detected" reads both with the codec that
    # detection finds; name what your code really does, for example:
    #   pair:
    #     py2: {open: bytes-decode, codec: latin-1, types: {qty: int}}
    #     py3: {open: text, codec: utf-8, types: {qty: int}}
    pair: detected

# To run your own functions in place of policies, name the interpreters and a call:
#
# project: {root: .}
# paths:
#   py2: {python: python2.7}
#   py3: {python: python3}
# feeds:
#   acme-stock: {source: ..., call: "adapters:stock", effects: none}
`

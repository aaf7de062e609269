// Package pin reads the fingerprints by which a configuration names a server's key. It is
// apart from package fetch so that a mistake in one is found where it is written.
package pin

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
)

// TLS reads the SHA-256 of a server's public key (SPKI, RFC 7469 section 2.4): hex, with or
// without colons, or base64, with or without "sha256/" before it.
func TLS(s string) ([]byte, error) {
	s = strings.TrimPrefix(s, "sha256/")
	if b, err := hex.DecodeString(strings.ReplaceAll(s, ":", "")); err == nil && len(b) == sha256.Size {
		return b, nil
	}
	if b, err := base64.StdEncoding.DecodeString(s); err == nil && len(b) == sha256.Size {
		return b, nil
	}
	return nil, errors.New("pin: want the SHA-256 of the server's public key in hex or base64")
}

// SSH reads a key's fingerprint as ssh-keygen -l shows it.
func SSH(s string) ([]byte, error) {
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimPrefix(s, "SHA256:"), "="))
	if err != nil || len(b) != sha256.Size {
		return nil, errors.New("ssh pin: want SHA256: and 43 characters, as ssh-keygen -l shows them")
	}
	return b, nil
}

package fetch

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName leaves room for the suffix of a partial file within the 255 bytes that
// file systems allow.
const maxName = 255 - len(partSuffix)

// LocalName returns the name under which a remote name, in raw bytes, is kept
// here. It holds no path separator, no control character, nothing Windows
// refuses, and is at most 250 bytes long. Ordinary names stay as they are, other
// bytes become %XX, so that RemoteName can give the name back and no two remote
// names meet in one local name. Of a name that is too long only its beginning is
// kept, with a hash of the whole; such a name cannot be turned back.
func LocalName(remote string) string {
	if remote == "" {
		return "%"
	}
	var b strings.Builder
	for i := 0; i < len(remote); {
		r, n := utf8.DecodeRuneInString(remote[i:])
		if plain(r, n) && !awkward(remote, i, n) {
			b.WriteString(remote[i : i+n])
		} else {
			for _, c := range []byte(remote[i : i+n]) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		}
		i += n
	}
	if b.Len() > maxName {
		return shorten(b.String(), remote)
	}
	return b.String()
}

// plain reports whether a character may stand for itself anywhere in a name.
func plain(r rune, n int) bool {
	if r == utf8.RuneError && n == 1 {
		return false // a byte that is no UTF-8
	}
	return r == ' ' || unicode.IsPrint(r) && !strings.ContainsRune(`%/\:*?"<>|`, r)
}

// awkward reports whether the character at i must be escaped because of where it
// stands: a dot or space at either end, the dot of our own suffix, the first
// letter of a device of Windows.
func awkward(name string, i, n int) bool {
	switch {
	case (name[i] == '.' || name[i] == ' ') && (i == 0 || i+n == len(name)):
		return true
	case i == len(name)-len(partSuffix):
		return strings.EqualFold(name[i:], partSuffix)
	}
	return i == 0 && isDevice(name)
}

func isDevice(name string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(name), ".")
	base = strings.TrimRight(base, " ")
	switch base {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(base) == 4 && (base[:3] == "COM" || base[:3] == "LPT") && base[3] >= '0' && base[3] <= '9'
}

// shorten keeps the beginning of an escaped name. "%~" is no escape, so a
// shortened name is never that of another file.
func shorten(escaped, remote string) string {
	sum := sha256.Sum256([]byte(remote))
	tail := "%~" + hex.EncodeToString(sum[:16])
	head := escaped[:maxName-len(tail)]
	if i := strings.LastIndexByte(head, '%'); i > len(head)-3 {
		head = head[:i] // no half of an escape
	}
	for !utf8.ValidString(head) {
		head = head[:len(head)-1]
	}
	return head + tail
}

// RemoteName returns the remote name that LocalName made local from, or an error
// if it made none or only kept part of it.
func RemoteName(local string) (string, error) {
	if local == "%" {
		return "", nil
	}
	var b strings.Builder
	for i := 0; i < len(local); i++ {
		if local[i] != '%' {
			b.WriteByte(local[i])
			continue
		}
		if strings.HasPrefix(local[i:], "%~") {
			return "", fmt.Errorf("local name %q: shortened, the whole is not known", local)
		}
		if i+3 > len(local) {
			return "", errors.New("local name: cut within an escape")
		}
		c, err := hex.DecodeString(local[i+1 : i+3])
		if err != nil {
			return "", fmt.Errorf("local name %q: bad escape at byte %d", local, i)
		}
		b.WriteByte(c[0])
		i += 2
	}
	if LocalName(b.String()) != local {
		return "", fmt.Errorf("local name %q: not one of ours", local)
	}
	return b.String(), nil
}

package pin

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

func TestPins(t *testing.T) {
	sum := sha256.Sum256([]byte("key"))
	inHex, in64 := hex.EncodeToString(sum[:]), base64.StdEncoding.EncodeToString(sum[:])
	var colons []string
	for i := 0; i < len(inHex); i += 2 {
		colons = append(colons, inHex[i:i+2])
	}
	for name, read := range map[string]func(string) ([]byte, error){"tls": TLS, "ssh": SSH} {
		good := []string{inHex, strings.ToUpper(strings.Join(colons, ":")), in64, "sha256/" + in64}
		if name == "ssh" {
			good = []string{"SHA256:" + strings.TrimRight(in64, "="), "SHA256:" + in64, strings.TrimRight(in64, "=")}
		}
		for _, s := range good {
			if got, err := read(s); err != nil || !bytes.Equal(got, sum[:]) {
				t.Errorf("%s %q: %x, %v", name, s, got, err)
			}
		}
		for _, s := range []string{"", "SHA256:", "x", in64[:20], in64 + in64, "MD5:aa:bb"} {
			if got, err := read(s); err == nil {
				t.Errorf("%s %q: %x", name, s, got)
			}
		}
	}
}

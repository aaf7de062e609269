package detect

import "testing"

// TestSignsInWords: what looks like a sign in a commoner charset is a letter where no sign
// stands so.
func TestSignsInWords(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"1,Orqu\x92dea Large\n", "mac-roman"}, // Orquídea, not Orqu’dea
		{"1,Men\x92s Large\n2,don\x92t\n3,l\x92eau\n4,O\x92Brien\n", "cp1252"},
		{"1,Vi\x96a Bodegas\n", "mac-roman"}, // Viña, not Vi–a
		{"1,dissentir\x95 Pipe\n", "cp850"},  // dissentirò, not dissentir•
		{"1,\xa9ri Cotton\n2,Petrovi\xe6\n", "iso8859-2"},
		{"1,\xa9 Acme 2019\n", "iso8859-1"},
		{"1,Iron 20 \xa1C Charger\n", "mac-roman"}, // 20 °C, not ¡C
		{"1,\xa1Hola!\n", "iso8859-1"},
		{"1,area 10 m\xfd\n", "cp850"},     // 10 m², not mý
		{"1,steel \xaf12\n", "mac-roman"},  // Ø12, not ¯12
		{"1,Paint \xab in Mug\n", "cp850"}, // ½ in: quotes that open close
		{"1,Paint \xab in \xbb Mug\n", "iso8859-1"},
		{"1,Kivist\x94 Oskari\n", "cp850"}, // Kivistö, not Kivist”
		{"1,\x93Deluxe\x94 Mug\n", "cp1252"},
	} {
		if r, err := Bytes([]byte(c.in), Options{}); err != nil || r.Charset != c.want {
			t.Errorf("%q is %s, %v; want %s: %s", c.in, r.Charset, err, c.want, r.Why)
		}
	}
}

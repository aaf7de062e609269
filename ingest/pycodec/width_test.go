package pycodec

import "testing"

func TestSingleByte(t *testing.T) {
	for name, want := range map[string]bool{"ascii": true, "latin-1": true, "charmap": true, "cp1252": true, "cp037": true, "utf-8": false, "utf-8-sig": false, "utf-16": false, "utf-32-le": false} {
		c, fault, err := Lookup(py("3.13"), name)
		if fault != nil || err != nil {
			t.Fatal(fault, err)
		}
		if got := c.SingleByte(); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

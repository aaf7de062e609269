//go:build ignore

// Makelocales writes locales.txt, or the file it is given, from what glibc's package
// of locales says: of the names in /usr/share/i18n/SUPPORTED without a charset in
// them a line for each charset, and a line "= name locale" for each alias of
// /usr/share/locale/locale.alias.
package main

import (
	"bytes"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strings"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("makelocales: ")
	names, charsets := map[string][]string{}, map[string]bool{}
	for _, f := range fields("/usr/share/i18n/SUPPORTED") {
		charsets[f[1]] = true
		if !strings.Contains(f[0], ".") {
			names[f[1]] = append(names[f[1]], f[0])
		}
	}
	var out bytes.Buffer
	for _, c := range slices.Sorted(maps.Keys(charsets)) {
		fmt.Fprintln(&out, strings.Join(append([]string{c}, names[c]...), " "))
	}
	for _, f := range fields("/usr/share/locale/locale.alias") {
		fmt.Fprintf(&out, "= %s %s\n", f[0], f[1])
	}
	name := "locales.txt"
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	if err := os.WriteFile(name, out.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}

// fields returns the lines of two words.
func fields(name string) (out [][]string) {
	data, err := os.ReadFile(name)
	if err != nil {
		log.Fatalf("%v; Debian's package locales has it", err)
	}
	for line := range strings.Lines(string(data)) {
		if f := strings.Fields(line); len(f) == 2 && !strings.HasPrefix(f[0], "#") {
			out = append(out, f)
		}
	}
	return out
}

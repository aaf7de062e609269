package detect

import (
	"bytes"
	"fmt"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// ebcdics are IBM's charsets of mainframes, the commonest first. They differ in a
// dozen signs.
var ebcdics = []string{"cp037", "cp500", "cp1140"}

// byEBCDIC answers for text of a mainframe: nearly all its bytes are letters,
// digits, blanks and separators of EBCDIC, and it has none of the line ends and
// blanks of ASCII.
func byEBCDIC(_ source, st *stats) (Result, bool, error) {
	if st.high*2 < st.size || len(st.head) < 8 || bytes.ContainsAny(st.head, "\n ") || !bytes.ContainsAny(st.head, "@k^") { // blank, comma and semicolon of EBCDIC
		return Result{}, false, nil
	}
	best, bestOdd := "", 1<<30
	for _, name := range ebcdics {
		odd := ebcdicOdd(name, st.head)
		if odd < bestOdd {
			best, bestOdd = name, odd
		}
	}
	if bestOdd*16 > rareBCD*len(st.head) {
		return Result{}, false, nil
	}
	return result(best, 0.97, fmt.Sprintf("reads as EBCDIC: %d of the first %d bytes would be odd", bestOdd/rareBCD, len(st.head))), true, nil
}

// rareBCD is what an odd byte counts beside one that is only seldom written.
const rareBCD = 4

// ebcdicOdd counts the bytes that are odd in a text of an EBCDIC charset: what is
// neither a letter, a digit nor a sign of everyday use.
func ebcdicOdd(name string, head []byte) int {
	c, fault, err := pycodec.Lookup(ingest.Python313, name)
	if err != nil || fault != nil {
		return len(head)
	}
	text, bad := c.Decode(nil, head, "replace")
	if bad != nil {
		return len(head)
	}
	odd := 0
	for _, r := range string(text) {
		switch {
		case r == '[' || r == ']' || r == '!':
			odd++ // where another of these charsets has a bar
		case r == '\n' || r == '\r' || r == 0x85 || r == '\t' || r >= ' ' && r < 0x7F && r != '^' && r != '`' && r != '~' && r != '{' && r != '}':
		case r == '£' || r == '€' || classOf(r) == classLetter && r < 0x180:
		default:
			odd += rareBCD
		}
	}
	return odd
}

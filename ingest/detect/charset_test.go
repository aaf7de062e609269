package detect

import (
	"bytes"
	"fmt"
	"io"
	"math/bits"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/saintfish/chardet"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// TestModel unpacks the model and holds it to its size, and to naming its sources.
func TestModel(t *testing.T) {
	if len(modelBin) > 1_500_000 {
		t.Errorf("model.bin is of %d bytes", len(modelBin))
	}
	header, _, _ := bytes.Cut(modelBin, []byte("\n\n"))
	for _, word := range []string{"unicode-cldr-core", "Characters by source", "Distinct words by language"} {
		if !bytes.Contains(header, []byte(word)) {
			t.Errorf("the header does not say %q", word)
		}
	}
	m := theModel()
	if len(m.languages) > allLanguages || len(m.scripts[0].languages) > maxLanguages {
		t.Errorf("%d languages, %d of them Latin", len(m.languages), len(m.scripts[0].languages))
	}
	for _, l := range m.languages {
		if languageName(l) == l {
			t.Errorf("language %s has no name", l)
		}
	}
	// Polish has ą before b far oftener than German, French has é alone.
	for i := range m.scripts {
		m.script(i)
	}
	m.common()
	latin := m.script(0)
	row := latin.pair(m.glyph('k').letter, m.glyph('ą').letter)
	pl, de := slices.Index(latin.languages, "pl"), slices.Index(latin.languages, "de")
	if row[pl] >= row[de] {
		t.Errorf("ą after k costs %d in Polish, %d in German", row[pl], row[de])
	}
}

// TestCandidates demands a codec for each charset, and languages that exist.
func TestCandidates(t *testing.T) {
	if len(rankable()) != len(charsets) {
		t.Errorf("%d candidates of %d charsets", len(rankable()), len(charsets))
	}
	for _, c := range charsets {
		for _, l := range strings.Fields(strings.ReplaceAll(c.languages, "+", "")) {
			if !slices.Contains(theModel().languages, l) {
				t.Errorf("%s: no language %s", c.name, l)
			}
		}
	}
}

// TestShapes demands that no character of a charset is outside its shape.
func TestShapes(t *testing.T) {
	for name, h := range shapes {
		c, fault, err := pycodec.Lookup(ingest.Python313, name)
		if err != nil || fault != nil || !c.Characters() {
			t.Fatalf("%s: %v, %v", name, fault, err)
		}
		p := []byte{0, 0, 0x81, 0x30}
		for lead := 0x80; lead < 0x100; lead++ {
			for second := 0x30; second < 0x100; second++ {
				p[0], p[1] = byte(lead), byte(second)
				if _, n, bad := c.First(nil, p); bad == "" && !h.fits(&span{raw: p[:n]}) {
					t.Fatalf("%s has %x, which does not fit", name, p[:n])
				}
			}
		}
		if h.fits(&span{raw: []byte("caf\xe9")}) || !h.fits(&span{raw: []byte("caf\xe9"), cut: true}) {
			t.Errorf("%s: half a character fits only where the span was cut", name)
		}
	}
}

// TestDeterministic repeats detection a hundred times, read in chunks of shuffled sizes, on
// one and on two processors, four at once: nothing of an answer may change.
func TestDeterministic(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for name, in := range shuffled(t) {
		o := Options{Explain: true, Second: true, History: "cp1252"}
		want, err := Bytes([]byte(in), o)
		if err != nil {
			t.Fatal(err)
		}
		for processors := 1; processors <= 2; processors++ {
			runtime.GOMAXPROCS(processors)
			var group sync.WaitGroup
			for i := range 4 {
				group.Go(func() { sameAlways(t, name, in, o, want, rand.New(rand.NewPCG(uint64(processors), uint64(i)))) })
			}
			group.Wait()
		}
	}
}

// sameAlways detects an input thirteen times, each time with other sizes of reads, which a
// run draws up to another size.
func sameAlways(t *testing.T, name, in string, o Options, want Result, rng *rand.Rand) {
	least := 0
	if len(in) > 100_000 {
		least = 11
	}
	for range 13 {
		most := 1 << (least + rng.IntN(bits.Len(uint(len(in)))+1-least))
		o.chunk = func() int { return 1 + rng.IntN(most) }
		got, err := Detect(strings.NewReader(in), int64(len(in)), o)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s, in reads of up to %d: %+v, %v; want %+v", name, most, got, err, want)
			return
		}
	}
}

// chunksOf makes all reads of a size, 0 for as they are.
func chunksOf(n int) func() int {
	if n == 0 {
		return nil
	}
	return func() int { return n }
}

// shuffled are inputs of each kind of evidence, some of them larger than any buffer.
func shuffled(t *testing.T) map[string]string {
	french, polishText := rowsOf(4000, frenchWords...), rowsOf(4000, polishWords...)
	return map[string]string{
		"mixed":               "sku,name\n1,caf\xc3\xa9 cr\xc3\xa8me\n2,M\xfcller\n" + repeat("3,gr\xf6\xdfer\n", 40),
		"cells":               "sku,a,b\n" + repeat("1,caf\xc3\xa9,M\xfcller\n2,th\xc3\xa9,gr\xfcn\n", 50),
		"mixed behind a mark": "\ufeff" + polishText[:3000] + "9,ksi\xb9\xbfka\n", "polish": polish, "late": repeat(stock, 300) + "4,\x80 5\n",
		"long":  repeat("n\xe9\xe8 \xa3,\x92x\n", 3000),
		"cp932": "\x8f\xa4\x95\x69,\x90\x94\x97\xca\n", "ascii": stock, "utf-8": french[:2000],
		"encoded twice": "name\n" + repeat("caf\u00c3\u00a9\n", 20), "utf-16": "\xff\xfe" + utf16le(french[:3000]), "utf-16-le": utf16le(polishText[:3000]),
		"utf-16-be": swap(utf16le(polishText[:300])), "utf-32-le": utf32le(french[:300]), "iso2022_jp": repeat("1,\x1b$B@EED\x1b(B\n", 30),
		"ebcdic": encode(t, "cp500", repeat(strings.ReplaceAll(stock, "\r", "")+"A3,caf\u00e9,3\n", 20)), "no text": repeat("\x89PNG\x01\x02\xff", 50),
		"long run": "a\n" + repeat("\u00e9", 3000) + "\n" + repeat("\xe9", 5000) + "\n",
		"large":    encode(t, "cp1250", polishText) + encode(t, "cp1252", french), "large and mixed": french + "1,M\xfcller\n" + polishText,
		"large, East Asian": encode(t, "cp932", rowsOf(4000, japaneseWords...)) + rowsOf(9, japaneseWords...),
	}
}

const polish = "kod;nazwa;cena\n1;ksi\xb9\xbfka;5\n2;\"\x9crubokr\xeat; du\xbfy\";7\n3;\x9fr\xf3d\xb3o;9\n"

// TestCells demands the cells that tell one charset from the runner-up.
func TestCells(t *testing.T) {
	r, err := Bytes([]byte(polish), Options{Explain: true})
	if err != nil || r.Charset != "cp1250" || len(r.Cells) < 3 {
		t.Fatalf("%s %+v, %v", r.Charset, r.Cells, err)
	}
	i := slices.IndexFunc(r.Cells, func(c Cell) bool { return c.Text == "książka" })
	if i < 0 || r.Cells[i].Row != 2 || r.Cells[i].Column != 2 || r.Cells[i].Other == r.Cells[i].Text || r.Cells[i].Nats <= 0 ||
		string(r.Cells[i].Bytes) != "ksi\xb9\xbfka" || r.Cells[i].Offset != int64(strings.Index(polish, "ksi")) {
		t.Errorf("cells %+v", r.Cells)
	}
	quoted := slices.IndexFunc(r.Cells, func(c Cell) bool { return strings.HasPrefix(c.Text, "śrubokręt") })
	if quoted < 0 || r.Cells[quoted].Row != 3 || r.Cells[quoted].Column != 2 {
		t.Errorf("cells %+v", r.Cells)
	}
}

// TestAlarms: what was known beforehand decides what the bytes leave open, and is
// contradicted by what they say.
func TestAlarms(t *testing.T) {
	for _, c := range []struct {
		in      string
		o       Options
		charset string
		alarms  string // source and charset of each
	}{
		{"1,pap\x85 Kettle\n", Options{}, "cp1252", ""},
		{"1,pap\x85 Kettle\n", Options{History: "cp850"}, "cp850", ""},
		{"1,wei\xe1\n", Options{}, "cp850", ""},
		{polish, Options{History: "cp1252"}, "cp1250", "history cp1252"},
		{polish, Options{Declared: "cp1252", History: "cp1250"}, "cp1250", "declared cp1252"},
		{"caf\xe9\n", Options{History: "cp1252"}, "cp1252", ""},
		{"café\n", Options{History: "cp1252"}, "utf-8", "history cp1252"},
		{"cafe\n", Options{History: "cp1252", Declared: "utf-8"}, "ascii", ""},
		{"cafe\n", Options{History: "utf-16"}, "ascii", "history utf-16"},
		{"\x90\x94\x97\xca\n", Options{Declared: "shift_jis"}, "shift_jis", ""},
	} {
		r, err := Bytes([]byte(c.in), c.o)
		var alarms []string
		for _, a := range r.Alarms {
			alarms = append(alarms, a.Source+" "+a.Charset)
		}
		if err != nil || r.Charset != c.charset || strings.Join(alarms, ", ") != c.alarms {
			t.Errorf("%q %+v: %s, alarms %v, %v; want %s, %s", c.in, c.o, r.Charset, r.Alarms, err, c.charset, c.alarms)
		}
	}
}

// TestAlarmsAreTrue holds what an alarm says of a charset to what that makes of the input.
func TestAlarmsAreTrue(t *testing.T) {
	wide, japanese := swap(utf16le("sku,name\n1,caf\u00e9\n")), "1,\x1b$B@EED\x1b(B\n"
	for _, c := range []struct{ in, known, charset, why string }{
		{"\xfe\xff" + wide, "utf-16-be", "utf-16", "leaves the byte order mark in the text"},
		{"\xfe\xff" + wide, "utf-16-le", "utf-16", "is not what the bytes prove"},
		{wide, "utf-16-be", "utf-16-be", ""},
		{wide + "x", "utf-16-le", "utf-16-be", "does not decode the input"},
		{wide, "gb18030", "utf-16-be", "does not decode the input"},
		{"\ufeffcaf\u00e9\n", "utf-8", "utf-8-sig", "leaves the byte order mark in the text"},
		{"caf\u00e9\n", "utf-8-sig", "utf-8", ""},
		{"caf\u00e9\n", "cp1252", "utf-8", "is not what the bytes prove"},
		{"caf\u00c1\n", "cp1252", "utf-8", "does not decode the input"},
		{japanese, "iso2022_jp_2004", "iso2022_jp", ""},
		{polish, "big5", "cp1250", "does not decode the input"},
		{"1,\xbf\xb3ta\n2,\xb3a\xbfy\n", "gb18030", "", "is "},
		{"1,\xbf\xb3\xf3\xb3ta\n2,\xbf\xb3\xb3\xf3\n3,ksi\xb1\xbfka\n", "koi8-r", "iso8859-2", "is "},
		{"1,\xb3\xf3d\xbc,\n", "utf-16-be", "", "makes another text of the input, whose odds are not known"},
	} {
		r, err := Bytes([]byte(c.in), Options{History: c.known})
		why := ""
		if len(r.Alarms) > 0 {
			why = r.Alarms[0].Why
		}
		if err != nil || c.charset != "" && r.Charset != c.charset || c.why == "" && why != "" || !strings.HasPrefix(why, c.why) {
			t.Errorf("%q: %s, which %s is known of: %q, %v; want %s, %q", c.in, r.Charset, c.known, why, err, c.charset, c.why)
		}
		if theirs, err := textIn(source{in: Mem(c.in), size: int64(len(c.in))}, c.known); err != nil || why != "" && theirs.ok == (why == "does not decode the input") {
			t.Errorf("%q: %s decodes it: %v, but %q, %v", c.in, c.known, theirs.ok, why, err)
		}
	}
}

// TestMixed recognises rows in another charset than the others.
func TestMixed(t *testing.T) {
	german := repeat("1,Gr\xf6\xdfe,Gartenschl\xe4uche f\xfcr T\xfcren\n", 3) + "2,K\xfcchenst\xfchle,sch\xf6n\n3,W\xe4schek\xf6rbe,gr\xfcn\n4,Sp\xfclmittel,wei\xdf\n5,M\xfcllbeutel,Zubeh\xf6r\n"
	dos := "6,K\x81che,sch\x94n\n7,W\x84sche,gr\x81n\n8,Sp\x81lmittel,K\x94rbe\n9,M\x81llbeutel,Zubeh\x94r\n10,T\x81ren,Schl\x84uche\n"
	for _, c := range []struct {
		name, in string
		want     string // charset and rows of each range
	}{
		{"UTF-8 rows", "sku,name\n1,caf\xc3\xa9 cr\xc3\xa8me\n2,M\xfcller\n3,x\n4,na\xc3\xafve\n", "utf-8 2-2, iso8859-1 3-4, utf-8 5-5"},
		{"cp1252 and cp850", german + dos, "iso8859-1 1-7, cp850 8-12"},
		{"cp1252 alone", german, ""},
		{"cp850 alone", dos, ""},
		{"UTF-8 alone", "sku,name\n1,café\n2,Müller\n", ""},
	} {
		r, err := Bytes([]byte(c.in), Options{})
		var got []string
		for _, m := range r.Mixed {
			got = append(got, fmt.Sprintf("%s %d-%d", m.Charset, m.FirstRow, m.LastRow))
		}
		if err != nil || strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %s, %v, %v; want %s", c.name, r.Charset, got, err, c.want)
		}
		for i, m := range r.Mixed {
			if m.Start >= m.End || i > 0 && m.Start != r.Mixed[i-1].End || m.End > int64(len(c.in)) {
				t.Errorf("%s: ranges %+v", c.name, r.Mixed)
			}
		}
	}
}

// TestCellsLayout counts rows and columns in the detected dialect.
func TestCellsLayout(t *testing.T) {
	lines := func(end, last string) string {
		return "size,name,price" + end + "\"1\",\"saw\",2.50" + end + "\"2\",\"bit\",1.20" + end + "\"3" + last + "\",\"n\xe9c\xe8ssaire\",3.10" + end
	}
	for name, c := range map[string]string{"lf": lines("\n", ""), "crlf": lines("\r\n", ""), "cr": lines("\r", ""), "escaped quotes": lines("\n", `\", 4\"`)} {
		r, err := Bytes([]byte(c), Options{Explain: true})
		if err != nil || len(r.Cells) == 0 || r.Cells[0].Row != 4 || r.Cells[0].Column != 2 {
			t.Errorf("%s: %+v, %+v, %v", name, r.Dialect, r.Cells, err)
		}
	}
}

// TestManyRanges: the last of as many ranges as are reported ends where it does.
func TestManyRanges(t *testing.T) {
	in := "sku,name\n" + strings.Repeat("1,caf\xc3\xa9 cr\xc3\xa8me\n2,M\xfcller\n", maxRanges)
	r, err := Bytes([]byte(in), Options{})
	if err != nil || len(r.Mixed) != maxRanges || !r.MoreMixed {
		t.Fatalf("%d ranges, %v", len(r.Mixed), err)
	}
	if last := r.Mixed[maxRanges-1]; last.FirstRow != maxRanges+1 || last.LastRow != maxRanges+1 || last.End-last.Start != int64(len("2,M\xfcller\n")) {
		t.Errorf("the last range is %+v", last)
	}
}

// TestSecond records saintfish's opinion beside ours, whatever it is.
func TestSecond(t *testing.T) {
	r, err := Bytes([]byte(polish), Options{Second: true})
	if err != nil || r.Second == nil || r.Second.Label == "" || r.Second.Agrees || r.Charset != "cp1250" {
		t.Errorf("%s, %+v, %v", r.Charset, r.Second, err)
	}
	r, err = Bytes([]byte("name\ncaf\xe9 cr\xe8me de la cr\xe8me, fa\xe7ade\n"), Options{Second: true})
	if err != nil || r.Second == nil || r.Second.Charset != "iso8859-1" || !r.Second.Agrees {
		t.Errorf("%s, %+v, %v", r.Charset, r.Second, err)
	}
	if r, err = Bytes([]byte("café\n"), Options{Second: true}); err != nil || r.Second != nil {
		t.Errorf("asked where a proof decided: %+v, %v", r.Second, err)
	}
}

// TestMojibake: text that was UTF-8 before somebody read it as cp1252 is flagged in
// whatever charset it was saved.
func TestMojibake(t *testing.T) {
	mac := "name\nyes \x89\xdb\xd3 no\nisn\x89\xdb\xaat\n\x89\xdb\xcfquoted\x89\xdb\n"
	r, err := Bytes([]byte(mac), Options{})
	if err != nil || r.Charset != "mac-roman" || r.Doubled.Layers == 0 {
		t.Errorf("%s %v %q, %v", r.Charset, r.Doubled.Layers > 0, r.Why, err)
	}
	twice := "name\ncafÃƒÂ©\n"
	if r, err = Bytes([]byte(twice), Options{}); err != nil || r.Doubled.Layers != 2 {
		t.Errorf("%q: %v, %d layers, %v", twice, r.Doubled.Layers > 0, r.Doubled.Layers, err)
	}
}

// FuzzCharset holds whatever the bytes are: no panic, the same in any chunks, and an
// answer given with confidence decodes the input.
func FuzzCharset(f *testing.F) {
	for _, c := range inputs {
		f.Add([]byte(c.in[:min(len(c.in), 400)]), uint16(3), "cp1250")
	}
	f.Add([]byte(polish), uint16(5), "")
	f.Fuzz(func(t *testing.T, in []byte, chunk uint16, known string) {
		o := Options{Explain: true}
		if name, err := canonical(known); err == nil {
			o.Declared, o.History = name, name
		}
		want, err := Bytes(in, o)
		if err != nil {
			t.Fatal(err)
		}
		size := int(chunk)%(len(in)+1) + 1
		o.chunk = chunksOf(size)
		got, err := Detect(bytes.NewReader(in), int64(len(in)), o)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("in chunks of %d: %+v, %v; want %+v", size, got, err, want)
		}
		if want.Binary != "" {
			return
		}
		if want.Confidence < 0 || want.Confidence > 1 || want.Candidates[0].Charset != want.Charset || want.Why == "" || !utf8.ValidString(want.Why) {
			t.Fatalf("%+v", want)
		}
		if want.Confidence > 0.5 && !want.Truncated && !want.CESU && len(want.Mixed) == 0 {
			c, fault, err := pycodec.Lookup(ingest.Python313, want.Charset)
			if err != nil || fault != nil {
				t.Fatalf("%s: %v, %v", want.Charset, fault, err)
			}
			if _, bad := c.Decode(nil, in, "strict"); bad != nil {
				t.Fatalf("%s with confidence %.2f: %v", want.Charset, want.Confidence, bad)
			}
		}
	})
}

// TestLearnedOnce compares what charsets meant for the same languages learn from one
// of them with what each learns by itself.
func TestLearnedOnce(t *testing.T) {
	ranked := func(in string, alone bool) (out []string) {
		k := newRanking()
		defer k.release()
		k.sampler.add([]byte(in))
		k.sampler.finish()
		k.prepare(wordsOf([]byte(in)), Options{})
		likes := 0
		for i := range k.all {
			if k.all[i].like != nil {
				likes++
			}
			if alone {
				k.all[i].like = nil
			}
		}
		if likes == 0 {
			t.Errorf("%q: no two charsets learn alike", in)
		}
		for _, x := range k.rank() {
			out = append(out, fmt.Sprint(x.name, x.score, x.noticed))
			if x.learned != nil {
				out = append(out, fmt.Sprint(x.total, x.counts))
			}
		}
		return out
	}
	for _, in := range []string{"name\ncaf\xe9\ncr\xe8me\n", "\xe1\xee\xeb\xf2,\xe3\xe0\xe9\xea\xe0\n", "caf\xc3\xa9\ncaf\xe9\n", "5 \xb0\n", "\xc5\xe1\xeb\xdc\xe4\xe1,\xea\xe1\xdf\n"} {
		if once, alone := ranked(in, false), ranked(in, true); !slices.Equal(once, alone) {
			t.Errorf("%q: %q, each alone %q", in, once, alone)
		}
	}
}

// TestSecondOfFile: what is recorded is what saintfish says of the file as it is.
func TestSecondOfFile(t *testing.T) {
	table := "name,price\n" + strings.Repeat("plain words and more of them,5\n", 20)
	for name, in := range map[string]string{
		"Polish": polish, "a few words": table + "caf\xe9,1\n", "Russian": table + "\xcc\xee\xeb\xee\xf2\xee\xea,1\n", "Japanese": "name\n\x8f\xa4\x95\x69,\x90\x94\x97\xca\n\x83\x6e\x83\x93\x83\x7d\x81\x5b,5\n",
		"late": strings.Repeat(table, 400) + strings.Repeat("\x8f\xa4\x95\x69,\x90\x94\x97\xca\n\x83\x6e\x83\x93\x83\x7d\x81\x5b,5\n", 20),
	} {
		r, err := Bytes([]byte(in), Options{Second: true})
		best, _ := chardet.NewTextDetector().DetectAll([]byte(in)) // an error is no answer
		want := ""
		for _, b := range best {
			if b.Confidence == best[0].Confidence && (want == "" || b.Charset < want) {
				want = b.Charset
			}
		}
		if err != nil || r.Second == nil || r.Second.Label != want || want != "" && r.Second.Confidence != best[0].Confidence {
			t.Errorf("%s: %+v, %v; of the file it says %s", name, r.Second, err, want)
		}
	}
}

// TestAlarmsRead: what is known beforehand costs a pass for each charset, and one for the
// answer.
func TestAlarmsRead(t *testing.T) {
	in := strings.Repeat("1,café\n", 20_000)
	passes := func(o Options) int64 {
		c := &countingReader{in: strings.NewReader(in)}
		if r, err := Charset(c, int64(len(in)), o); err != nil || r.Charset != "utf-8" {
			t.Fatal(r.Charset, err)
		}
		return (c.read + int64(len(in))/2) / int64(len(in))
	}
	if none, both := passes(Options{}), passes(Options{Declared: "cp1250", History: "cp1257"}); both-none != 3 {
		t.Errorf("%d passes, %d with two charsets known", none, both)
	}
}

type countingReader struct {
	in   io.ReaderAt
	read int64
}

func (c *countingReader) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.in.ReadAt(p, at)
	c.read += int64(n)
	return n, err
}

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
	"unicode/utf8"

	"github.com/saintfish/chardet"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/feedparity/feedparity/ingest/detect"
)

// sent is a charset that suppliers send, in which language, and in how many of a hundred
// files.
type sent struct {
	charset encoding.Encoding // nil for UTF-8
	words   []string
	share   int
}

var (
	french  = []string{"Crème fraîche", "Théière émaillée", "câble à l'épreuve", "Poêle", "forêt", "pièce"}
	german  = []string{"Schlüssel", "Bohrmaschine für Maße", "grün", "Öl", "weiß", "Türgriff"}
	polish  = []string{"Żarówka", "śruba długa", "łożysko", "gwóźdź", "mosiężny", "zestaw części"}
	russian = []string{"Молоток слесарный", "дрель", "лампа настольная", "кабель", "отвёртка", "набор ключей"}
	chinese = []string{"不锈钢螺丝", "电缆", "台灯", "扳手套装", "油漆", "水龙头"}
	kanji   = []string{"ステンレスねじ", "電動ドリル", "作業用手袋", "延長コード", "塗料", "工具箱"}
)

// supplierMix comes to a hundred. Shares are about those of docs/detection.md.
var supplierMix = []sent{
	{nil, french, 14}, {nil, german, 12}, {nil, polish, 6}, {nil, russian, 6}, {unicode.UTF8BOM, german, 12},
	{charmap.Windows1252, french, 12}, {charmap.Windows1252, german, 10}, {charmap.ISO8859_1, german, 7},
	{charmap.Windows1250, polish, 4}, {charmap.Windows1251, russian, 3}, {unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), german, 3},
	{charmap.CodePage850, french, 3}, {charmap.ISO8859_2, polish, 2}, {charmap.KOI8R, russian, 2},
	{simplifiedchinese.GBK, chinese, 2}, {japanese.ShiftJIS, kanji, 2},
}

// wordsRow is a short record; one in four has words of a language: names repeat, and codes and
// prices are most of a feed.
func wordsRow(words []string) func(*rand.Rand, []byte) []byte {
	return func(r *rand.Rand, dst []byte) []byte {
		name := wordList[r.IntN(len(wordList))]
		if r.IntN(4) == 0 {
			name = words[r.IntN(len(words))]
		}
		return fmt.Appendf(dst, "%07d,%s,%d.%02d,%d\r\n", r.IntN(1e7), name, r.IntN(500), r.IntN(100), r.IntN(1000))
	}
}

// sentFiles returns a hundred files of about size bytes, as suppliers send them, and which
// of them are not UTF-8.
func sentFiles(size int) (all, legacy [][]byte, err error) {
	for _, s := range supplierMix {
		for _, data := range (feed{row: wordsRow(s.words)}).inputs(s.share, size) {
			if s.charset != nil {
				if data, err = encoding.ReplaceUnsupported(s.charset.NewEncoder()).Bytes(data); err != nil {
					return nil, nil, fmt.Errorf("make feed: %w", err)
				}
			}
			if all = append(all, data); !utf8.Valid(data) {
				legacy = append(legacy, data)
			}
		}
	}
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(all), func(a, b int) { all[a], all[b] = all[b], all[a] })
	return all, legacy, nil
}

// Detectors: each is given a whole file and its answer is not looked at, which
// "make detect-eval" does.
func ourCharset(data []byte) {
	_, _ = detect.Charset(detect.Mem(data), int64(len(data)), detect.Options{})
}

func saintfish(data []byte) { _, _ = chardet.NewTextDetector().DetectAll(data) }

func validUTF8(data []byte) { _ = utf8.Valid(data) }

// detectRow compares our detection with the library's on the same files.
func (s *suite) detectRow(size, goal int) row {
	return row{
		what: fmt.Sprintf("charsets of files of %s as suppliers send them", bytesOf(size)), goal: fmt.Sprintf(">= %d times saintfish/chardet", goal),
		format: "%.1f times", holds: atLeast(float64(goal)),
		measure: func(context.Context) (float64, string, error) {
			all, legacy, err := sentFiles(size)
			if err != nil {
				return 0, "", err
			}
			t, l := byTurns(all, ourCharset, saintfish), byTurns(legacy, ourCharset, saintfish)
			return t[1] / t[0], fmt.Sprintf("%.1f µs a file against %.1f; of those that are not UTF-8 %.1f against %.1f, %.1f times", t[0], t[1], l[0], l[1], l[1]/l[0]), nil
		},
	}
}

// validRow holds detection of what needs none against the check that it needs.
func (s *suite) validRow(f feed, size int) row {
	return row{
		what: fmt.Sprintf("charsets of files of %s in %s", bytesOf(size), f.name), goal: "<= 1 time twice utf8.Valid and 2 µs",
		format: "%.2f times", holds: atMost(1),
		measure: func(context.Context) (float64, string, error) {
			t := byTurns(f.inputs(50, size), ourCharset, validUTF8)
			most := 2*t[1] + 2
			return t[0] / most, fmt.Sprintf("%.1f µs a file, %.1f allowed", t[0], most), nil
		},
	}
}

func bytesOf(size int) string {
	if size < 1000 {
		return fmt.Sprintf("%d bytes", size)
	}
	return fmt.Sprintf("%d KB", size/1000)
}

// turns is how often each detector is measured: the least counts, as what else the
// machine does only ever adds.
const turns = 9

// byTurns returns the microseconds of CPU that each of some functions takes a file.
func byTurns(files [][]byte, detectors ...func([]byte)) []float64 {
	out := make([]float64, len(detectors))
	for turn := range turns {
		for i, d := range detectors {
			if t := perFile(files, d); turn == 0 || t < out[i] {
				out[i] = t
			}
		}
	}
	return out
}

// perFile goes over the files until that has taken time enough to tell.
func perFile(files [][]byte, detector func([]byte)) float64 {
	for _, f := range files[:min(len(files), 3)] {
		detector(f) // tables are made once
	}
	var n int
	var took time.Duration
	// Of all threads: saintfish spreads its work over some forty goroutines.
	for start := cpuTime(); took < 60*time.Millisecond; took = cpuTime() - start {
		for _, f := range files {
			detector(f)
		}
		n += len(files)
	}
	return float64(took.Nanoseconds()) / 1000 / float64(n)
}

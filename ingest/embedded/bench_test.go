package embedded_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/embedded"
)

// feeds are a megabyte or a few records each; cmd/bench has the full ones.
func feeds() map[string][]byte {
	plain := []byte("SKU-0000001,hex nut M8 flange,cable with jigsaw and enamel paint, 10.25 ,17,2026-11-22,https://example.com/img/0badcafe.jpg\n")
	odd := []byte("SKU-0000002,\"drill, \"\"café\"\"\",cable with jigsaw and enamel paint, £10.25 ,17,2026-11-22,https://example.com/img/0badcafe.jpg\n")
	quoted := []byte("\"SKU-0000001\",\"hex nut\",\"anchor for\nflange, the \"\"gasket\"\" kind\",\"10.25\",\"17\",\"pipe clamp\"\n")
	mixed := append(bytes.Repeat(plain, 19), odd...)
	return map[string][]byte{
		"ascii":  bytes.Repeat(plain, 1<<20/len(plain)),
		"utf8":   bytes.Repeat(mixed, 1<<20/len(mixed)),
		"quoted": bytes.Repeat(quoted, 1<<20/len(quoted)),
		"4k":     bytes.Repeat(plain, 4096/len(plain)),
		"200":    append([]byte("sku,name,description,price,stock,date,image\n"), plain...),
	}
}

func settings(codec string) (py2, py3 ingest.Settings) {
	py2, py3 = ingest.DefaultSettings(ingest.Python27), ingest.DefaultSettings(ingest.Python313)
	py2.Codec, py3.Codec = codec, codec
	py2.Clean = []ingest.Step{"strip"}
	py3.Clean = py2.Clean
	return py2, py3
}

// engine is used again, as a sweep and a fuzz target do.
var engine = embedded.New()

func open(tb testing.TB, data []byte, s ingest.Settings) ingest.Rows {
	rows, err := engine.Ingest(tb.Context(), ingest.Input{Name: "x", Data: bytes.NewReader(data), Size: int64(len(data)), Settings: s})
	if err != nil {
		tb.Fatal(err)
	}
	return rows
}

// BenchmarkBoth is the whole of a comparison: both paths and every row.
func BenchmarkBoth(b *testing.B) {
	py2, py3 := settings("utf-8")
	for _, name := range []string{"ascii", "utf8", "quoted", "4k", "200"} {
		data := feeds()[name]
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			before := cpu()
			for b.Loop() {
				x, y := open(b, data, py2), open(b, data, py3)
				res, err := diff.Compare(x, y, ingest.Comparison{})
				x.Close()
				y.Close()
				if err != nil || res.Verdict != ingest.Parity {
					b.Fatal(res.Verdict, err)
				}
			}
			b.ReportMetric(float64(len(data)*b.N)/1e6/(cpu()-before), "MB/cpu-s")
		})
	}
}

// BenchmarkPath is one path alone.
func BenchmarkPath(b *testing.B) {
	py2, py3 := settings("utf-8")
	for _, s := range []ingest.Settings{py2, py3} {
		for _, name := range []string{"ascii", "utf8", "quoted"} {
			data := feeds()[name]
			b.Run(fmt.Sprint(s.Python, "/", name), func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				before := cpu()
				for b.Loop() {
					rows := open(b, data, s)
					for {
						if _, ok := rows.Next(); !ok {
							break
						}
					}
				}
				b.ReportMetric(float64(len(data)*b.N)/1e6/(cpu()-before), "MB/cpu-s")
			})
		}
	}
}

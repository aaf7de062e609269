package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// eventful is a night in which something is to be said of all feeds but one.
func eventful() []Feed {
	return []Feed{
		{Name: "acme", Listed: 9, New: 2, Changed: 1, Seen: 5, Compared: 3, Parity: 2, Bytes: 1234, Rows: 40, Severities: map[string]int{"silent": 1, "py3-fault": 2}, Causes: map[string]int{"mojibake": 3},
			Signatures: []Signature{{Signature: "mojibake:x", Cause: "mojibake", Severity: "silent", News: First, Case: "inbox/acme/mojibake-1"}, {Signature: "lone-cr:y", Severity: "py2-fault", News: Known}, {Signature: "d:a", News: Known, Accepted: true}, {Signature: "nul:z", News: Gone}},
			Alarms:     []Alarm{{Kind: Shrunk, Delivery: `st\x1bock.csv`, Text: "3 rows, usually 10"}, {Kind: CharsetDrift, Delivery: "stock.csv", Text: "utf-8, until now cp1252"}, {Kind: Shrunk, Delivery: "b.csv", Path: "DE/b.csv", Text: "1 bytes"}}},
		{Name: "quiet", Listed: 3, Seen: 3, Lost: []Lost{{Delivery: "p.csv"}}, Replayed: 3, Cases: []Case{{"g/quiet/nul-1", "regressed", "row 1\x1b"}, {"g/quiet/nul-2", "now agrees", ""}, {"g/quiet/nul-3", "not-compared", "no python"}}, CaseStates: map[string]int{"regressed": 1}},
		{Name: "beta", Lost: []Lost{{"o\x1b.csv", "", 2, "short"}}, Alarms: []Alarm{{Kind: Late, Text: "the newest is of yesterday"}}, Error: "dial: refused"},
	}
}

const wantNights = `alarm: shrunk: acme/st\x1bock.csv: 3 rows, usually 10
alarm: charset-drift: acme/stock.csv: utf-8, until now cp1252
alarm: shrunk: acme/DE/b.csv: 1 bytes
alarm: late: beta: the newest is of yesterday
case: quiet: regressed: g/quiet/nul-1: row 1\x1b
case: quiet: now agrees: g/quiet/nul-2
case: quiet: not-compared: g/quiet/nul-3: no python
lost: beta/o\x1b.csv: gone, never compared; in 2 nights: short
first: acme: silent mojibake:x  inbox/acme/mojibake-1
gone: acme: nul:z
feed  new  changed  seen  unstable  gone  failed  unparsed  rows  parity  divergences            of them                               alarms
acme  2    1        5     -         -     -       -         40    2       2 py3-fault, 1 silent  1 first, 1 known, 1 accepted, 1 gone  shrunk charset-drift
beta  -    -        -     -         -     feed    -         -     -       -                      -                                     late

`

func TestNights(t *testing.T) {
	var got bytes.Buffer
	if err := Nights(&got, eventful()); err != nil || got.String() != wantNights {
		t.Errorf("%v\n%s\nwant\n%s", err, got.String(), wantNights)
	}
	got.Reset()
	if err := Nights(&got, []Feed{{Name: "quiet"}}); err != nil || got.Len() > 0 {
		t.Errorf("of a quiet night: %v\n%s", err, got.String())
	}
	d := Document{Feeds: eventful()}
	d.Finish()
	got.Reset()
	if err := Text(&got, d); err != nil || !strings.Contains(got.String(), ", 1 golden case REGRESSED, LESS THAN EXPECTED of 2 feeds\n\n"+wantNights) || d.Summary.Alarms != 4 || d.Summary.Feeds != 3 {
		t.Errorf("%v %+v\n%s", err, d.Summary, got.String())
	}
}

// TestChanges: a channel is told each thing once.
func TestChanges(t *testing.T) {
	sig := func(news News) []Signature {
		return []Signature{{Signature: "m:x", Severity: "silent", News: news, Case: "c", Families: []string{"a"}}}
	}
	missing := []Alarm{{Kind: Missing, Text: "nothing"}}
	again := func(status string) []Case { return []Case{{Path: "g/c", Status: status, Detail: "row 1"}} }
	late, small := []Alarm{{Kind: Late, Text: "2d ago"}}, []Alarm{{Kind: TooSmall, Delivery: "a.csv", Text: "1 bytes"}}
	bad := []Delivery{{Feed: "acme", Delivery: "x.csv", Error: "short"}, {Feed: "other", Delivery: "y.csv", Error: "short"}, {Feed: "acme", Delivery: "z.csv", Error: "zip", Dropped: true}}
	day := func(n string) []Delivery {
		return []Delivery{{Feed: "acme", Delivery: "s.csv", Path: n + "/s.csv", Error: "short"}}
	}
	accepted := []Signature{{Signature: "acc:x", Severity: "silent", News: Known, Accepted: true}}
	var s Standing
	for i, step := range []struct {
		feed  Feed
		lines []Delivery
		want  []string
	}{
		{Feed{}, nil, nil},
		{Feed{Signatures: sig(First), Alarms: late}, nil, []string{"new silent m:x  c", "alarm late: 2d ago"}},
		{Feed{Signatures: sig(Known), Alarms: late}, nil, nil},
		{Feed{Signatures: sig(Gone), Alarms: small}, nil, []string{"gone m:x: the new deliveries do not show it", "alarm too-small: a.csv: 1 bytes", "over late"}},
		{Feed{Signatures: sig(Again)}, nil, nil},
		{Feed{Signatures: sig(Gone)}, bad, []string{"failed x.csv: short"}},
		{Feed{}, bad, nil},
		{Feed{Error: "refused"}, nil, []string{"failed refused"}},
		{Feed{Error: "refused again"}, nil, nil},
		{Feed{}, nil, []string{"mended the feed is swept again", "mended x.csv"}},
		{Feed{Signatures: sig(Known)}, nil, nil},
		// A case that was fixed is told to be back once, and once more after it was known.
		{Feed{Signatures: sig(Regressed)}, nil, []string{"regressed silent m:x  c"}},
		{Feed{}, nil, nil},
		{Feed{Signatures: sig(Regressed)}, nil, nil},
		{Feed{Signatures: sig(Known)}, nil, nil},
		{Feed{Signatures: sig(Regressed)}, nil, []string{"regressed silent m:x  c"}},
		// Late and missing are one trouble.
		{Feed{Alarms: late}, nil, []string{"alarm late: 2d ago"}},
		{Feed{Alarms: missing}, nil, []string{"alarm missing: nothing"}},
		{Feed{Alarms: late, Error: "refused"}, nil, []string{"failed refused"}},
		{Feed{Alarms: missing}, nil, []string{"mended the feed is swept again"}},
		{Feed{}, nil, []string{"over missing"}},
		// Cases are run when the code has changed: on other nights nothing is known of them.
		{Feed{Replayed: 2, Cases: again("regressed")}, nil, []string{"case regressed: g/c: row 1"}},
		{Feed{}, nil, nil},
		{Feed{Replayed: 2, Cases: again("regressed")}, nil, nil},
		{Feed{Replayed: 2, Cases: again("now agrees")}, nil, []string{"case now agrees: g/c: row 1"}},
		{Feed{Replayed: 2}, nil, []string{"mended g/c"}},
		// Lines that are not understood are told by their kind.
		{Feed{Unparsed: 2, Lines: []Line{{"x#", "line 1"}, {"y", "line 2"}}}, nil, []string{"unparsed a delivery may hide in line 1", "unparsed a delivery may hide in line 2"}},
		{Feed{Unparsed: 1, Lines: []Line{{"x#", "line 3"}}}, nil, nil},
		{Feed{Error: "refused"}, nil, []string{"failed refused"}},
		{Feed{Unparsed: 1, Lines: []Line{{"y", "line 2"}}}, nil, []string{"mended the feed is swept again"}},
		{Feed{}, nil, []string{"mended every line of the listing is understood"}},
		{Feed{}, nil, nil},
		{Feed{Unparsed: 1, Lines: []Line{{"x#", "line 1"}}}, nil, []string{"unparsed a delivery may hide in line 1"}},
		{Feed{}, nil, []string{"mended every line of the listing is understood"}},
		// What failed and is gone is not mended.
		{Feed{}, []Delivery{{Feed: "acme", Delivery: "x.csv", Error: "short"}, {Feed: "acme", Delivery: "z.csv", Error: "zip"}}, []string{"failed x.csv: short", "failed z.csv: zip"}},
		{Feed{Lost: []Lost{{Delivery: "x.csv"}, {Delivery: "y.csv"}}}, []Delivery{{Feed: "acme", Delivery: "z.csv", Error: "zip", Dropped: true}}, []string{"lost x.csv: gone, never compared", "lost z.csv: gone, never compared"}},
		{Feed{}, nil, nil},
		// Two files of one name are two.
		{Feed{}, day("1"), []string{"failed 1/s.csv: short"}},
		{Feed{}, append(day("1"), day("2")...), []string{"failed 2/s.csv: short"}},
		{Feed{Lost: []Lost{{Delivery: "s.csv", Path: "1/s.csv"}}}, nil, []string{"lost 1/s.csv: gone, never compared", "mended 2/s.csv"}},
		// What is accepted is told to nobody, until it is no more.
		{Feed{Signatures: accepted}, nil, nil},
		{Feed{Signatures: []Signature{{Signature: "acc:x", News: Gone}}}, nil, nil},
		{Feed{Signatures: []Signature{{Signature: "acc:x", Severity: "silent", News: Known}}}, nil, []string{"new silent acc:x"}},
		{Feed{Signatures: accepted}, nil, nil},
		{Feed{Signatures: []Signature{{Signature: "acc:x", News: Gone}}}, nil, []string{"gone acc:x: the new deliveries do not show it"}},
	} {
		step.feed.Name = "acme"
		var got []string
		var changes []Change
		changes, s = Changes(s, step.feed, step.lines, start)
		for _, c := range changes {
			got = append(got, c.What+" "+c.Text)
		}
		if !slices.Equal(got, step.want) {
			t.Errorf("step %d: %q, want %q", i, got, step.want)
		}
	}
	if fmt.Sprint(s.Shown, s.Told, s.Gone) != "map[m:x:[a]] [m:x acc:x] [m:x acc:x]" {
		t.Errorf("%+v", s)
	}
}

package golden

import (
	"encoding/base64"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/handover"
)

// file is case.yaml as written; its order is the format's.
type file struct {
	Version   int          `yaml:"version"`
	Feed      string       `yaml:"feed"`
	Signature string       `yaml:"signature"`
	Cause     string       `yaml:"cause"`
	Severity  string       `yaml:"severity"`
	State     string       `yaml:"state"`
	View      string       `yaml:"view"`
	Pair      string       `yaml:"pair"`
	Py2       settingsFile `yaml:"py2"`
	Py3       settingsFile `yaml:"py3"`
	Compare   compareFile  `yaml:"compare"`
	Call      callFile     `yaml:"call"`
	Handover  handoverFile `yaml:"handover"`
	Filename  string       `yaml:"filename"`
	Origin    originFile   `yaml:"origin"`
	Hits      hitsFile     `yaml:"hits"`
	Revision  string       `yaml:"revision"`
	FoundBy   string       `yaml:"found_by"`
	Confirmed []string     `yaml:"confirmed"`
	Essential []string     `yaml:"essential"`
	Residue   []string     `yaml:"residue"`
	Fix       string       `yaml:"fix"`
	Links     []string     `yaml:"links"`
	Reason    string       `yaml:"reason"`
	Owner     string       `yaml:"owner"`
	Expires   string       `yaml:"expires"`
	Accepts   acceptsFile  `yaml:"accepts"`
	History   []eventFile  `yaml:"history"`
	Notes     string       `yaml:"notes"`
}

type settingsFile struct {
	Python     string   `yaml:"python"`
	Open       string   `yaml:"open"`
	Codec      string   `yaml:"codec"`
	Errors     string   `yaml:"errors"`
	Dialect    []string `yaml:"dialect"`
	Sniff      bool     `yaml:"sniff"`
	FieldLimit int64    `yaml:"field_limit"`
	Reader     string   `yaml:"reader"`
	Clean      []string `yaml:"clean"`
	Types      []string `yaml:"types"`

	node *config.Node
}

// DecodeNode remembers the place for what is checked later.
func (s *settingsFile) DecodeNode(n *config.Node) error {
	s.node = n
	type plain settingsFile
	if err := n.Decode((*plain)(s)); err != nil {
		return err
	}
	for _, key := range []string{"python", "open", "codec", "errors", "dialect", "sniff", "field_limit", "reader", "clean", "types"} {
		if n.Get(key) == nil {
			return n.Errorf("key %q is missing: settings of a case are complete", key)
		}
	}
	return nil
}

type compareFile struct {
	Key       []string `yaml:"key"`
	Ignore    []string `yaml:"ignore"`
	Tolerance []string `yaml:"tolerance"`
	Noise     []string `yaml:"noise"`
	Strict    bool     `yaml:"strict"`

	node *config.Node
}

// DecodeNode remembers the place for what is checked later.
func (c *compareFile) DecodeNode(n *config.Node) error {
	c.node = n
	type plain compareFile
	return n.Decode((*plain)(c))
}

type callFile struct {
	Py2 functionFile `yaml:"py2"`
	Py3 functionFile `yaml:"py3"`
}

// functionFile is a function, or one with what belongs to it.
type functionFile struct {
	Function string `yaml:"function"`
	Factory  string `yaml:"factory"`
	Setup    string `yaml:"setup"`
	Collect  string `yaml:"collect"`
	Args     string `yaml:"args"`
}

// DecodeNode reads either form.
func (f *functionFile) DecodeNode(n *config.Node) error {
	if n.Kind == config.Scalar {
		return n.Decode(&f.Function)
	}
	type plain functionFile
	return n.Decode((*plain)(f))
}

func (f functionFile) around() Around {
	return Around{f.Factory, f.Setup, f.Collect, ingest.Args(f.Args)}
}

type handoverFile struct {
	Direction string   `yaml:"direction"`
	Format    string   `yaml:"format"`
	Reader    string   `yaml:"reader"`
	Folder    string   `yaml:"folder"`
	Payloads  []string `yaml:"payloads"`
}

func (f handoverFile) handover(doc *config.Node) (*Handover, error) {
	if f.Direction == "" && f.Format == "" && f.Reader == "" && f.Folder == "" && f.Payloads == nil {
		return nil, nil
	}
	h := &Handover{handover.Direction(f.Direction), f.Format, f.Reader, f.Folder, f.Payloads}
	if err := (handover.Way{Direction: h.Direction, Format: h.Format, Reader: h.Reader, Folder: h.Folder}).Validate(); err != nil {
		return nil, place(doc, "handover").Errorf("%v", err)
	}
	if h.Folder != "" && !filepath.IsLocal(filepath.FromSlash(h.Folder)) {
		return nil, place(doc, "handover").Errorf("folder %q: want one below where the call runs", h.Folder)
	}
	for _, p := range h.Payloads {
		if _, err := base64.StdEncoding.DecodeString(p); err != nil {
			return nil, place(doc, "handover").Errorf("payload is no base64: %v", err)
		}
	}
	return h, nil
}

type originFile struct {
	Delivery string `yaml:"delivery"`
	Path     string `yaml:"path"`
	Date     string `yaml:"date"`
	Row      int    `yaml:"row"`
	Byte     int64  `yaml:"byte"`
}

type acceptsFile struct {
	Column    string   `yaml:"column"`
	Values    string   `yaml:"values"`
	Tolerance *float64 `yaml:"tolerance"`
}

type hitsFile struct {
	Count int    `yaml:"count"`
	Rows  int    `yaml:"rows"`
	Cells int    `yaml:"cells"`
	First string `yaml:"first"`
	Last  string `yaml:"last"`
}

func (f hitsFile) hits(doc *config.Node) (h classify.Hits, err error) {
	if f == (hitsFile{}) {
		return h, nil
	}
	h = classify.Hits{Count: f.Count, Rows: f.Rows, Cells: f.Cells}
	if h.First, err = parsePlace(f.First); err == nil {
		h.Last, err = parsePlace(f.Last)
	}
	if err != nil {
		return h, place(doc, "hits").Errorf("%v", err)
	}
	return h, nil
}

func parsePlace(text string) (p classify.Position, err error) {
	n, _ := fmt.Sscanf(text, "row %d column %d", &p.Row, &p.Column)
	if n == 0 || placeText(p) != text {
		return p, fmt.Errorf("place %q: want one such as row 2 column 3", text)
	}
	return p, nil
}

type eventFile struct {
	Date string `yaml:"date"`
	Who  string `yaml:"who"`
	What string `yaml:"what"`
}

// parseYAML reads case.yaml. Errors are *config.Error with line and column.
func parseYAML(name string, data []byte) (*Case, error) {
	doc, err := config.Parse(name, data)
	if err != nil {
		return nil, err
	}
	// The version is looked at first: a newer format may well have keys that are
	// unknown here, and that is not what its reader should be told.
	if v := doc.Get("version"); v == nil || v.Str != strconv.Itoa(Version) {
		return nil, versionError(doc, v)
	}
	f := file{Origin: originFile{Byte: -1}}
	if err := doc.Decode(&f); err != nil {
		return nil, err
	}
	c, err := f.build(doc)
	if err != nil {
		return nil, err
	}
	if err := c.Validate(); err != nil {
		return nil, &config.Error{File: name, Line: 1, Column: 1, Msg: err.Error()}
	}
	return c, nil
}

func versionError(doc, v *config.Node) error {
	if v == nil {
		return doc.Errorf("no version: this is no golden case")
	}
	err := v.Errorf("version %s: this feedparity knows version %d", v.Str, Version)
	err.Hint = "use the feedparity that wrote the case, or a newer one"
	return err
}

func (f *file) build(doc *config.Node) (*Case, error) {
	c := &Case{
		Version: f.Version, Feed: f.Feed, Signature: f.Signature, Cause: f.Cause,
		State: State(f.State), View: ingest.View(f.View), Pair: f.Pair,
		Calls:    [2]string{f.Call.Py2.Function, f.Call.Py3.Function},
		Around:   [2]Around{f.Call.Py2.around(), f.Call.Py3.around()},
		Origin:   Origin{SHA256: f.Origin.Delivery, Date: f.Origin.Date, Row: f.Origin.Row, Byte: f.Origin.Byte},
		Revision: f.Revision, FoundBy: f.FoundBy, Confirmed: f.Confirmed, Essential: f.Essential, Residue: f.Residue,
		Fix: f.Fix, Links: f.Links, Reason: f.Reason, Owner: f.Owner, Expires: f.Expires, Accepts: ingest.Narrow(f.Accepts), Notes: f.Notes,
	}
	for _, ev := range f.History {
		c.History = append(c.History, Event(ev))
	}
	var err error
	if c.Severity, err = ingest.ParseSeverity(f.Severity); err != nil {
		return nil, place(doc, "severity").Errorf("%v", err)
	}
	if c.Filename, err = unescapeBytes(f.Filename); err != nil {
		return nil, place(doc, "filename").Errorf("filename %v", err)
	}
	if c.Origin.Path, err = unescapeBytes(f.Origin.Path); err != nil {
		return nil, place(doc, "origin").Errorf("path %v", err)
	}
	if c.Py2, err = f.Py2.settings(doc, ingest.Py2); err != nil {
		return nil, err
	}
	if c.Py3, err = f.Py3.settings(doc, ingest.Py3); err != nil {
		return nil, err
	}
	if c.Hits, err = f.Hits.hits(doc); err != nil {
		return nil, err
	}
	if c.Handover, err = f.Handover.handover(doc); err != nil {
		return nil, err
	}
	c.Compare, err = f.Compare.comparison()
	return c, err
}

// place returns the node of a key, the document's where it is missing.
func place(n *config.Node, key string) *config.Node {
	if v := n.Get(key); v != nil {
		return v
	}
	return n
}

func (f settingsFile) settings(doc *config.Node, path ingest.Path) (ingest.Settings, error) {
	if f.node == nil {
		return ingest.Settings{}, doc.Errorf("key %q is missing", path)
	}
	s := ingest.Settings{
		Open: ingest.OpenMode(f.Open), Codec: f.Codec, Errors: f.Errors, Sniff: f.Sniff,
		FieldLimit: f.FieldLimit, Reader: ingest.ReaderKind(f.Reader), Dialect: ingest.Dialect{},
	}
	var err error
	if s.Python, err = ingest.ParsePython(f.Python); err != nil {
		return s, place(f.node, "python").Errorf("%v", err)
	}
	for _, o := range f.Dialect {
		option, err := ingest.ParseDialectOption(path, o)
		if err != nil {
			return s, place(f.node, "dialect").Errorf("%v", err)
		}
		s.Dialect = append(s.Dialect, option)
	}
	for _, step := range f.Clean {
		s.Clean = append(s.Clean, ingest.Step(step))
	}
	for _, t := range f.Types {
		i := strings.LastIndexByte(t, '=')
		if i < 0 {
			return s, place(f.node, "types").Errorf("type %q: want column=type", t)
		}
		s.Types = append(s.Types, ingest.ColumnType{Column: t[:i], Type: t[i+1:]})
	}
	return s, nil
}

func (f compareFile) comparison() (ingest.Comparison, error) {
	c := ingest.Comparison{Key: f.Key, Ignore: f.Ignore, Strict: f.Strict}
	for _, t := range f.Tolerance {
		i := strings.LastIndexByte(t, '=')
		d, err := strconv.ParseFloat(t[i+1:], 64)
		if i < 0 || err != nil {
			return c, place(f.node, "tolerance").Errorf("tolerance %q: want column=number", t)
		}
		if c.Tolerance == nil {
			c.Tolerance = map[string]float64{}
		}
		c.Tolerance[t[:i]] = d
	}
	for _, s := range f.Noise {
		n, err := ingest.ParseNoise(s)
		if err != nil {
			return c, place(f.node, "noise").Errorf("%v", err)
		}
		c.Noise = append(c.Noise, n)
	}
	return c, nil
}

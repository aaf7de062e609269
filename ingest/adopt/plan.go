package adopt

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/detect"
)

// Plan is what a first configuration is made of.
type Plan struct {
	Source   string // a URL or directory, "" where nobody said
	User     string
	Password string // the environment variable that holds it, "" for none
	Feeds    []FeedPlan
	Left     []string // names of files that are taken for no deliveries
	Root     string   // project.root, "" where no code was looked through
	Code     Code
	Pythons  [2]string // by ingest.Path, "" where none was found
	Django   bool
}

// FeedPlan is a pattern and what a file of it was detected as.
type FeedPlan struct {
	Pattern
	Sample string // the file, "" where none could be read
	Found  detect.Result
	Why    string // why none could be read
}

// module returns the one that a feed's name suggests, or the only one there is;
// nil where only a person can tell.
func (p *Plan) module(feed string) (m *Module, why string) {
	if len(p.Code.Modules) == 1 {
		return &p.Code.Modules[0], "the only one found"
	}
	best, second := 0, 0
	for i := range p.Code.Modules {
		switch score := likeness(feed, p.Code.Modules[i].Call); {
		case score > best:
			m, best, second = &p.Code.Modules[i], score, best
		case score > second:
			second = score
		}
	}
	if best == 0 || best == second {
		return nil, ""
	}
	return m, "by its name"
}

// minWord is how many letters two words must share from their beginning, so that
// "price" is "prices".
const minWord = 4

// likeness counts the letters of words that two names share.
func likeness(a, b string) int {
	score := 0
	for _, x := range words(a) {
		for _, y := range words(b) {
			n := 0
			for n < min(len(x), len(y)) && x[n] == y[n] {
				n++
			}
			if n >= minWord && n >= min(len(x), len(y)) {
				score = max(score, n)
			}
		}
	}
	return score
}

func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r < 'a' || r > 'z' })
}

// Config writes feedparity.yaml.
func (p *Plan) Config() string {
	var b strings.Builder
	b.WriteString(head)
	if p.Root != "" {
		p.code(&b)
	}
	p.defaults(&b)
	b.WriteString("\nfeeds:\n")
	taken := map[string]bool{}
	used := map[string]bool{}
	for _, f := range p.Feeds {
		m, why := p.module(f.Feed)
		used[f.Feed] = true
		p.feed(&b, f, m, why)
		if m != nil {
			taken[m.Call] = true
		}
	}
	for i := range p.Code.Modules {
		m := &p.Code.Modules[i]
		if !taken[m.Call] {
			p.unclaimed(&b, m, used)
		}
	}
	if len(p.Feeds)+len(p.Code.Modules) == 0 {
		b.WriteString("  acme: # TODO: nothing was found to guess a feed from: a name of your own\n    match: \"*.csv\" # TODO: which files are deliveries\n    pair: detected\n")
	}
	if len(p.Left) > 0 {
		fmt.Fprintf(&b, "\n# Taken for no deliveries by their names: %s\n", list(p.Left))
	}
	return b.String()
}

const head = `# feedparity.yaml, written by feedparity init; docs/config.md describes every key.
#
# "guessed" marks what was read off file names, a sample or code, of which nothing was
# run; TODO marks what only you know. feedparity doctor says what is missing, and
# feedparity doctor --feed NAME FILE tries a feed on a file.
# Paths are relative to this file. What a sweep keeps lies below .feedparity/
# (supplier data: keep it out of version control).

`

// code says where the code is and what runs it.
func (p *Plan) code(b *strings.Builder) {
	fmt.Fprintf(b, "project: {root: %s} # the team's code: first in sys.path\npaths:\n", yamlText(p.Root))
	for _, path := range ingest.Paths {
		python, todo := p.Pythons[path], "TODO: the one that has the requirements of your code"
		if python == "" {
			python, todo = [2]string{"python2.7", "python3"}[path], "TODO: none was found here: its path"
		}
		fmt.Fprintf(b, "  %s: {python: %s} # %s\n", path, yamlText(python), todo)
	}
	b.WriteByte('\n')
}

func (p *Plan) defaults(b *strings.Builder) {
	b.WriteString("defaults:\n")
	switch {
	case p.Source == "":
		b.WriteString("  source: deliveries # TODO: a directory, or an ftp://, ftps://, ftpes://, sftp:// or https:// URL\n")
	default:
		fmt.Fprintf(b, "  source: %s\n", yamlText(p.Source))
	}
	if p.User != "" {
		fmt.Fprintf(b, "  user: %s\n", yamlText(p.User))
	}
	if p.Password != "" {
		fmt.Fprintf(b, "  password: {env: %s} # or {file: PATH}; never in this file\n", yamlText(p.Password))
	}
	b.WriteString("  backfill: 3 # deliveries taken on first sight, newest first\n")
}

// feed writes a feed of a pattern.
func (p *Plan) feed(b *strings.Builder, f FeedPlan, m *Module, why string) {
	fmt.Fprintf(b, "  %s: # %s such as %s\n", f.Feed, count(len(f.Names), "file"), comment(f.Names[len(f.Names)-1]))
	fmt.Fprintf(b, "    match: %s # guessed\n", yamlList(f.Globs))
	p.sample(b, f)
	if m != nil {
		fmt.Fprintf(b, "    # %s:%d reads it: guessed, %s.\n", m.File, m.Line, why)
		p.call(b, m, f.Found.Dialect, "    ")
		return
	}
	if len(p.Code.Modules) > 0 {
		b.WriteString("    # TODO: which module reads it? Its lines are below, as a comment.\n")
	}
	if d := f.Found.Dialect.For(ingest.Py3); len(d) > 0 {
		fmt.Fprintf(b, "    pair: # guessed from the same file\n")
		for _, path := range ingest.Paths {
			fmt.Fprintf(b, "      %s: {dialect: %s}\n", path, yamlList(options(d)))
		}
		return
	}
	b.WriteString("    pair: detected # TODO: what the old and the new code do, if it is more than reading\n")
}

func options(d ingest.Dialect) (out []string) {
	for _, o := range d {
		out = append(out, o.String())
	}
	return out
}

// sample writes what was detected. What is proven is a comment, since the next
// delivery may be another; a guess among many charsets is worth holding on to.
func (p *Plan) sample(b *strings.Builder, f FeedPlan) {
	switch r := f.Found; {
	case f.Sample == "":
		fmt.Fprintf(b, "    # No file of it could be read: %s\n", comment(f.Why))
	case r.Binary != "":
		fmt.Fprintf(b, "    # TODO: %s is no text, it %s: feedparity reads text.\n", comment(f.Sample), r.Why)
	case r.Charset == "ascii" || strings.HasPrefix(r.Charset, "utf-"):
		fmt.Fprintf(b, "    # %s: charset %s, dialect %s, guessed anew for each delivery\n", comment(f.Sample), r.Charset, dialectOf(r))
	default:
		fmt.Fprintf(b, "    charset: %s # guessed from %s, confidence %s: TODO: what does the supplier say?\n", yamlText(r.Charset), comment(f.Sample), strconv.FormatFloat(r.Confidence, 'f', 2, 64))
		fmt.Fprintf(b, "    # dialect there: %s\n", dialectOf(r))
	}
}

func dialectOf(r detect.Result) string {
	if s := r.Dialect.String(); s != "-" {
		return s
	}
	return "excel"
}

// unclaimed writes a module that no file name suggests: as a feed where there are no
// others, else as a comment.
func (p *Plan) unclaimed(b *strings.Builder, m *Module, used map[string]bool) {
	var inner strings.Builder
	name := unique(feedName(p.feedOf(m)), used)
	fmt.Fprintf(&inner, "  %s: # %s:%d\n", name, m.File, m.Line)
	fmt.Fprintf(&inner, "    match: \"*.csv\" # TODO: which files does it read?\n")
	p.call(&inner, m, detect.Dialect{}, "    ")
	if len(p.Feeds) == 0 {
		b.WriteString(inner.String())
		return
	}
	b.WriteByte('\n')
	for line := range strings.Lines(inner.String()) {
		b.WriteString("  #" + strings.TrimPrefix(line, " "))
	}
}

// feedOf names a feed after a module or, where that has several functions, after the
// function as well.
func (p *Plan) feedOf(m *Module) string {
	if m.Call == "" {
		return strings.TrimSuffix(m.File, ".py")
	}
	module, function, _ := m.names()
	name := module[strings.LastIndexByte(module, '.')+1:]
	same := func(o Module) bool { return strings.HasPrefix(o.Call, module+":") }
	if i := slices.IndexFunc(p.Code.Modules, same); slices.ContainsFunc(p.Code.Modules[i+1:], same) {
		name += "-" + function
	}
	return name
}

// call writes what runs a module, and the pair that it was read as.
func (p *Plan) call(b *strings.Builder, m *Module, d detect.Dialect, in string) {
	line := func(format string, args ...any) { fmt.Fprintf(b, in+format+"\n", args...) }
	switch {
	case m.Call == "":
		line("# TODO: %s is a script: make a function of it, and name it with call", m.File)
	case m.Root != "." && m.Root != "":
		line("# TODO: its modules are found from %s, not from project.root", m.Root)
	}
	if m.Call != "" {
		p.how(line, m)
	}
	line("pair: # guessed; where call is set, it is what is run")
	for _, path := range ingest.Paths {
		g := m.Py2
		if path == ingest.Py3 {
			g = m.Py3
		}
		if g.Dialect == nil {
			g.Dialect = options(d.For(path))
		}
		for _, s := range g.Seen {
			line("  # %s", s)
		}
		for _, n := range g.Notes {
			line("  # note: %s", n)
		}
		line("  %s: %s", path, g.yaml())
	}
	p.environment(line, m)
}

// environment writes what the code finds in its environment, as far as it matters.
func (p *Plan) environment(line func(string, ...any), m *Module) {
	var env []string
	if m.Py2.Codec == ingest.LocaleCodec || m.Py3.Codec == ingest.LocaleCodec {
		env = append(env, "LC_ALL: C.UTF-8")
	}
	if m.Django {
		env = append(env, "DJANGO_SETTINGS_MODULE: "+yamlText(cmp.Or(p.Code.Settings, "settings")))
	}
	if len(env) > 0 {
		line("# TODO: guessed; it is the complete environment: write what production has")
		line("paths: {py2: {env: {%[1]s}}, py3: {env: {%[1]s}}}", strings.Join(env, ", "))
	}
}

// how writes call and its kin by the shape of what is called.
func (p *Plan) how(line func(string, ...any), m *Module) {
	line("# a %s, guessed from how it ends", map[Shape]string{Generator: "generator", List: "list", Mapping: "mapping", Value: "single value, or what only a run can tell", Nothing: "function that returns nothing"}[m.Shape])
	if m.Django {
		line("setup: \"adapters:django_setup\"")
	}
	switch {
	case m.Class:
		line("factory: \"adapters:%s\"%s", m.maker(), todo(m.Makes, " # TODO: see adapters.py: its class wants "))
		line("call: %s", m.Call[strings.LastIndexByte(m.Call, '.')+1:])
	case m.Shape == Nothing:
		line("call: \"adapters:%s\"", m.function())
	default:
		line("call: %s%s", yamlText(m.Call), todo(m.Needs, " # TODO: it also wants "))
	}
	if m.Shape == Nothing {
		line("collect: \"adapters:%s_result\" # TODO: see adapters.py: where are the results?", m.function())
	}
	if m.Args != ingest.ArgsPath {
		line("args: %s", m.Args)
	}
	switch {
	case m.Django:
		line("effects: {rollback: \":memory:\"}")
	case len(m.Writes) > 0:
		line("effects: none # TODO: it writes, %s: {sandbox: [DIR]} permits that", m.Writes[0])
	default:
		line("effects: none")
	}
}

func todo(names []string, text string) string {
	if len(names) == 0 {
		return ""
	}
	return text + strings.Join(names, ", ")
}

// yaml is a policy as a mapping on one line.
func (g Guess) yaml() string {
	var w []string
	if g.Open != "" {
		w = append(w, "open: "+string(g.Open))
	}
	w = append(w, "codec: "+yamlText(cmp.Or(g.Codec, ingest.Detected)))
	if g.Errors != "" {
		w = append(w, "errors: "+yamlText(g.Errors))
	}
	if g.Sniff {
		w = append(w, "sniff: true")
	} else if len(g.Dialect) > 0 {
		w = append(w, "dialect: "+yamlList(g.Dialect))
	} else {
		w = append(w, "dialect: excel")
	}
	if g.Reader == ingest.DictReader {
		w = append(w, "reader: dict")
	}
	return "{" + strings.Join(w, ", ") + "}"
}

// yamlText writes a string, quoted unless it is plain.
func yamlText(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 && (s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z' || s[0] == '/' || s == ".") {
		switch strings.ToLower(s) {
		case "null", "true", "false", "yes", "no", "on", "off", "y", "n":
		default:
			return s
		}
	}
	return strconv.Quote(s)
}

func yamlList(words []string) string {
	if len(words) == 1 {
		return strconv.Quote(words[0])
	}
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strconv.Quote(w)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// comment is a name fit for a comment: on one line, and no control codes.
func comment(s string) string {
	q := strconv.Quote(s)
	if q == `"`+s+`"` && s != "" {
		return s
	}
	return q
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

const maxListed = 8

func list(names []string) string {
	var out []string
	for _, n := range slices.Sorted(slices.Values(names)) {
		if len(out) == maxListed {
			return strings.Join(out, ", ") + fmt.Sprintf(" and %d more", len(names)-maxListed)
		}
		out = append(out, comment(n))
	}
	return strings.Join(out, ", ")
}

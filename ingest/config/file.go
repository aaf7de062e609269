package config

import "github.com/feedparity/feedparity/ingest"

// File is feedparity.yaml as written. Its field comments, and those of the
// types it is made of, are the reference of the configuration; docs/config.md follows
// them and a test holds it to mention every key. Paths are relative to the
// file's directory.
type File struct {
	// The team's project: where its code lives and how its revision is known.
	Project Project `yaml:"project"`
	// How the team's own code is run on each side; needed by feeds with `call`.
	Paths Paths `yaml:"paths"`
	// The database of what was seen, run and found: an SQLite file, or for a fleet a
	// postgres:// URL. Default .feedparity/state.db.
	State StateEntry `yaml:"state"`
	// Where every delivery is kept as sent: a location, or with for how long. Default
	// .feedparity/archive, for ever.
	Archive ArchiveEntry `yaml:"archive"`
	// How much must stay free on the archive's disk, such as 5GB; a sweep that would take of
	// it stops fetching. Default, and least: 64MB.
	MinFree *AmountEntry `yaml:"min_free"`
	// How many servers a sweep speaks to at once, 1 to 1000; the feeds of one server take turns, and while the new files of
	// one are watched (`settle`) others have theirs. Default 32, and 8 in each process of a fleet.
	Servers *int `yaml:"servers"`
	// The directory into which a sweep writes new golden cases; "feedparity golden
	// pull" copies them from there. Default .feedparity/inbox.
	Inbox string `yaml:"inbox"`
	// The directory of the sweeps' reports. Default .feedparity/reports.
	Reports string `yaml:"reports"`
	// The golden cases under version control. Default golden/cases.
	Golden string `yaml:"golden"`
	// Whether a sweep tries each new case on the latest delivery of every other feed,
	// and files a case for those that have the same fault. Default true.
	Spread *bool `yaml:"spread"`
	// When "feedparity serve" sweeps: a cron expression alone, such as "15 3 * * *", or
	// with a time zone. Default: none, for a crontab or a timer to say.
	Schedule ScheduleEntry `yaml:"schedule"`
	// Who is told after a sweep what has changed. Default: nobody.
	Notify NotifyEntry `yaml:"notify"`
	// Divergences that are meant, by rule; sweeps tell of rules that match nothing. Default: none.
	Accept []AcceptEntry `yaml:"accept"`
	// Keys of a feed that every feed has which does not set them itself.
	Defaults *Node `yaml:"defaults"`
	// The feeds by name. A name becomes a directory: letters, digits, ".", "-", "_".
	Feeds *Node `yaml:"feeds"`
}

// AmountEntry is a number of bytes with its unit.
type AmountEntry int64

// DecodeNode reads "512MB".
func (a *AmountEntry) DecodeNode(n *Node) error {
	var text string
	if err := n.Decode(&text); err != nil {
		return err
	}
	v, err := bytesOf(text)
	if err != nil {
		return n.Errorf("%q: %v", text, err)
	}
	*a = AmountEntry(v)
	return nil
}

// Project is the team's code base.
type Project struct {
	// Its directory: first in sys.path of the team's code. Default: the file's own.
	Root string `yaml:"root"`
	// A command, run there without a shell for a minute at most, whose first line of output is the code
	// revision, such as "git rev-parse HEAD". Default: a hash of all .py files and of
	// the names and versions that are installed beside either interpreter.
	Revision string `yaml:"revision"`
}

// Paths holds a Runner for each ingestion path.
type Paths struct {
	// What the team ran until now.
	Py2 *Runner `yaml:"py2"`
	// What it moves to.
	Py3 *Runner `yaml:"py3"`
}

func (p Paths) of(path ingest.Path) *Runner {
	if path == ingest.Py2 {
		return p.Py2
	}
	return p.Py3
}

// Runner says how the team's own code is run on one path.
type Runner struct {
	// The interpreter, used as given; one with a slash in it is relative to the file.
	Python string `yaml:"python"`
	// Its version, such as 3.11, checked when it starts. Default 2.7 for py2, for py3 what it says itself.
	Version string `yaml:"version"`
	// The complete environment of its processes. Default: a minimal one.
	Env map[string]string `yaml:"env"`
	// Their working directory and first entry of sys.path. Default: project.root.
	Cwd string `yaml:"cwd"`
}

// FeedEntry is one feed as written.
type FeedEntry struct {
	// Where its deliveries are found: an ftp://, ftps:// (TLS from the first byte),
	// ftpes:// (AUTH TLS) or sftp:// URL with a directory, an https:// or http:// URL of
	// one file or, with a slash at its end, of an index page, or a local directory.
	Source string `yaml:"source"`
	// Glob patterns of which a file's name must match one, or, for a pattern with a slash
	// in it, its path below the source. They know *, ? and [a-z]; "{a,b}" and "**", which
	// a shell knows, are refused. Default: every file.
	Match []string `yaml:"match"`
	// Glob patterns of files that are no deliveries although they match; one that ends in a
	// slash, such as "old/", leaves out a directory with all that is below it.
	Exclude []string `yaml:"exclude"`
	// Glob patterns of files that somebody is still writing, beside *.tmp, *.part,
	// *.partial, *.filepart, *.crdownload, *.writing, ~* and .*, which always are.
	Unfinished []string `yaml:"unfinished"`
	// Whether A and a are the same in patterns. Default false.
	IgnoreCase bool `yaml:"ignore_case"`
	// How many levels of directories below the source are looked into; one that is shown within itself is so once. Default 0.
	Depth int `yaml:"depth"`
	// Python's name of the codec that the server's file names are in, for patterns and
	// for what people see; state and archive keep the bytes. Default: as they are, which
	// is right for UTF-8.
	Names string `yaml:"names"`
	// Names of files that the supplier puts beside a delivery when it is whole:
	// "{name}.done" for stock.csv.done, "{stem}.ok" for stock.ok. One of them must be
	// there and not be older than the delivery; of .md5, .sha1, .sha256 and .sha512 the
	// content must be its checksum. Default: none is asked for.
	Done []string `yaml:"done"`
	// How long a new file is watched: its size and time must be the same in two listings
	// so far apart, all new files of a server after one wait. Default 30s, for a
	// directory of this machine 0s.
	Settle string `yaml:"settle"`
	// How old a new file must be by the server's clock, where that is known (Date of HTTP),
	// else by this machine's. Default 2m, for a directory of this machine 0s.
	MinAge string `yaml:"min_age"`
	// Whether a file without a byte is a delivery. Default false: its upload has begun.
	AllowEmpty bool `yaml:"allow_empty"`
	// How long, since the time it has in the listing, or where it has none since this version
	// of it was fetched, a file is fetched again every night although nothing shows a change:
	// for servers that list no seconds and, asked for one file, tell no time either. Default
	// 0s, but a file of which an HTTP server tells neither time nor ETag, or any server not
	// even a size, is fetched every night whatever its age.
	Refetch string `yaml:"refetch"`
	// How much may come out of a delivery that is an archive.
	Unpack UnpackEntry `yaml:"unpack"`
	// Times of day at which the source is left alone, such as "02:30-03:30", one or a
	// list; in Zone, or if that is not set by this machine's clock. A listing or transfer
	// under way ends when such a time begins, and is done again after it. A sweep waits, for
	// two hours at most.
	Avoid []string `yaml:"avoid"`
	// The policies that stand for the old and the new code: the name of a built-in
	// pair or a policy for each path. Default: detected.
	Pair PairEntry `yaml:"pair"`
	// The charset the supplier says it sends, as Python names it: strong evidence, and
	// a warning where the bytes contradict it. Default: detected, with what the feed's
	// earlier deliveries were in as weaker evidence.
	Charset string `yaml:"charset"`
	// The team's own function, "module:function", run in place of a policy: one for
	// both sides, or {py2: ..., py3: ...}; so are the six keys after it. It returns or
	// yields rows, or leaves them to Collect. With Factory: the name of a method.
	Call PathsEntry `yaml:"call"`
	// What Call is given: "path" (default), "file-rb" for open(path, 'rb'), or
	// "file-text" for open(path).
	Args PathsEntry `yaml:"args"`
	// A function without arguments, "module:function", that makes the object whose
	// method Call is, anew for each call.
	Factory PathsEntry `yaml:"factory"`
	// A function without arguments, "module:function", run once per process before
	// the first call, such as one that calls django.setup().
	Setup PathsEntry `yaml:"setup"`
	// A function, "module:function", run after the call that returns or yields what
	// is compared, such as the rows of a table. It gets the object of Factory, if any.
	Collect PathsEntry `yaml:"collect"`
	// A dict, "module:NAME", of dotted class names to functions that make plain values
	// of instances. Default: SERIALIZERS of Call's module, if it is there.
	Serializers PathsEntry `yaml:"serializers"`
	// What Call may change outside its own temporary directory: "none", or a mapping.
	// A feed with Call must say it.
	Effects EffectsEntry `yaml:"effects"`
	// "fork" (default): requests are forked after import and Setup; "process": both
	// are done again for each request, where they leave what cannot be forked.
	Isolation string `yaml:"isolation"`
	// How long a call may take, such as 90s or 5m. Default 1m.
	Timeout string `yaml:"timeout"`
	// The same as a number of seconds, in its place.
	MaxSeconds *int64 `yaml:"max_seconds"`
	// How much memory a call may take beyond what import and Setup took, such as
	// 512MB or 4GB. Default 1GB.
	MaxMemory string `yaml:"max_memory"`
	// How many rows a call, or Collect, may give. Default: any number.
	MaxRows *int64 `yaml:"max_rows"`
	// Runners of this feed, key by key in place of the ones under the top-level paths.
	Paths Paths `yaml:"paths"`
	// Columns, by header name or 1-based position, by which rows are aligned. Default: by row number.
	Key []string `yaml:"key"`
	// Columns, by header name or 1-based position, that are not compared.
	Ignore []string `yaml:"ignore"`
	// Per column the absolute difference allowed between two numbers.
	Tolerance map[string]float64 `yaml:"tolerance"`
	// "natural" (default) or "strict", where types and the order of dicts count too.
	Compare string `yaml:"compare"`
	// What passes from one path to the other, one or a list of: forms in which rows are
	// written, which are pickle, json, shelve, signed-json, signed-pickle, signed-repr,
	// digest-json, digest-pickle, digest-repr; and directories, with a slash in them, that
	// Call keeps a cache in, which a sandbox of Effects must hold. Default: nothing is tried.
	Handover []string `yaml:"handover"`
	// How many deliveries are taken when a feed is first seen, newest first: a number,
	// "all", or a date such as 2026-10-01 for all that are not older. Default 3.
	Backfill string `yaml:"backfill"`
	// How many batches of its deliveries are run at once, across a fleet; 1 for a feed
	// that must be serial. Default: no limit.
	Concurrency *int `yaml:"concurrency"`
	// How many of its latest deliveries are run again when the revision of the team's
	// code changes; a feed's golden cases are replayed then, too. Default 5.
	Recheck *int `yaml:"recheck"`
	// What its deliveries are like as long as all is well; anything else is an alarm.
	Expect ExpectEntry `yaml:"expect"`
	// The user to log in as. Default: the URL's, else anonymous.
	User string `yaml:"user"`
	// Where the password is: {env: NAME}, {file: PATH}, {netrc: PATH} or {command: [...]}.
	// It is never written here.
	Password PasswordEntry `yaml:"password"`
	// The server's time zone, such as Europe/Berlin, for listings that do not tell it (LIST).
	// Default: it is found out by asking for the time of a file or two (MDTM), and is UTC
	// where the server does not tell that.
	Zone string `yaml:"zone"`
	// How many connections to the server may be open at once, for all its feeds together:
	// the smallest that any of them says. Halved when the server says there are too many.
	// Default 2.
	Connections *int `yaml:"connections"`
	// How often the account may be logged in at once; 1 where the server lets it in once
	// only. Such a session is given back two seconds after its last use. Default: as
	// Connections.
	Sessions *int `yaml:"sessions"`
	// How often a file or listing is tried again after a failure that may pass, with
	// pauses from 2 s to a minute; all feeds of a server have 20 in a sweep. Default 4.
	Retries *int `yaml:"retries"`
	// How much may be taken from the server in a second, such as 500KB, at least 16KB;
	// for all its feeds together, the smallest that any of them says. Default: no limit.
	Bandwidth string `yaml:"bandwidth"`
	// How long the source is waited for.
	Timeouts TimeoutsEntry `yaml:"timeouts"`
	// How the connection is protected.
	TLS TLS `yaml:"tls"`
	// Whom an sftp:// source trusts and how it logs in, beside Password.
	SSH SSHEntry `yaml:"ssh"`
}

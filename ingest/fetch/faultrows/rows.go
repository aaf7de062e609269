// Package faultrows is the list of what goes wrong between a supplier's server and
// us, with what is expected of a sweep then, and what the tests need that inject
// these faults one by one. It is for tests only, and for the page that
// "make faults" writes, docs/reliability.md.
//
// The list is the specification: a row that no test of its package injects fails
// that package's TestFaults, as does a test that is not in the list.
package faultrows

// Row is one fault.
type Row struct {
	ID       string // "A/short-226": its group and its name, which is also the test's
	Fault    string // what the server, the machine or the operator does
	Expected string // what comes of it
	In       string // the package whose TestFaults injects it, below the module's root
	Open     string // why no test does yet, "" if one does
}

// Group is a kind of fault.
type Group struct{ Letter, Title string }

// Groups returns the kinds, in order.
func Groups() []Group {
	return []Group{
		{"A", "Completeness"}, {"B", "Resume"}, {"C", "Time"}, {"D", "Listing"}, {"E", "Names"},
		{"F", "Protocol"}, {"G", "TLS"}, {"H", "This machine"}, {"I", "Read-only"},
	}
}

// Rows returns every row, group by group.
func Rows() []Row {
	var all []Row
	for _, group := range [][]Row{completeness, resume, timing, listing, lines, names, protocol, tlsRows, machine, readOnly} {
		all = append(all, group...)
	}
	return all
}

const (
	fetch = "ingest/fetch"
	sweep = "ingest/sweep"
	cmd   = "cmd/feedparity"
)

var completeness = []Row{
	{"A/short-226", "a part of the file, then 226", "error `short transfer (got/want)`, tried again, never renamed", fetch, ""},
	{"A/nothing-226", "no data at all, then 226", "error `short transfer (0/want)`, tried again", fetch, ""},
	{"A/short-426", "a part of the file, then 426", "tried again", fetch, ""},
	{"A/short-451", "a part of the file, then 451", "tried again", fetch, ""},
	{"A/killed", "both connections closed in the middle of the file, as by a killed server", "tried again; the file is taken whole", fetch, ""},
	{"A/reset", "the data connection is reset", "tried again", fetch, ""},
	{"A/truncated", "the file is cut short on the server while it is read, and 226 all the same", "noticed by the size; never taken", fetch, ""},
	{"A/appended", "the file grows while it is read", "the size afterwards differs: not taken, not recorded, next time", fetch, ""},
	{"A/growing", "the file grows, or is rewritten, whenever it is read", "read once if it grew since it was asked for, twice if it may have been replaced or finished since it was listed: unstable, next time", fetch, ""},
	{"A/renamed-over", "another file takes its place while it is read", "the time afterwards differs: fetched once more, the new version is taken", fetch, ""},
	{"A/rewritten", "the file is rewritten in place with the same size while it is read", "the time afterwards differs: never taken", fetch, ""},
	{"A/deleted", "the file is deleted between the listing and the transfer", "550: not there or not permitted, not tried again", fetch, ""},
	{"A/gone", "the same, in a sweep", "gone, which is no failure; taken if it comes back", sweep, ""},
	{"A/appended-each-night", "a file that grows whenever it is fetched", "not taken, not recorded, the next sweep tries again", sweep, ""},
	{"A/no-226", "all of the data and no reply after it, each time", "one more try; taken as unconfirmed if size and hash of both agree", fetch, ""},
	{"A/all-and-451", "all of the data and then 451, each time", "tried again, never taken: the server says that it is not whole", fetch, ""},
	{"A/no-226-once", "all of the data and no reply after it, once", "one more try, which is taken", fetch, ""},
	{"A/control-closed", "all of the data, then both connections closed without a reply", "tried again", fetch, ""},
	{"A/empty-file", "a file of no bytes", "taken and valid", fetch, ""},
	{"A/empty-night", "the same, in a sweep", "held, for its upload may have begun; with allow_empty recorded, and flagged by min_size", sweep, ""},
	{"A/550-on-retr", "550 in place of the file", "not there or not permitted: not tried again", fetch, ""},
	{"A/552-on-retr", "552 in place of the file", "not tried again", fetch, ""},
}

var resume = []Row{
	{"B/resumed", "a large file was cut; the next attempt, or the next night", "goes on from the part, of which the last 64 KiB are fetched again and compared", fetch, ""},
	{"B/rewritten", "the file was rewritten with the same size and time", "noticed by what is fetched again: from the beginning", fetch, ""},
	{"B/rest-ignored", "350 to REST, and then the file from its beginning", "the length is wrong: from the beginning", fetch, ""},
	{"B/rest-502", "REST is refused", "from the beginning", fetch, ""},
	{"B/shrank", "the file is shorter than the part that was kept", "never resumed", fetch, ""},
	{"B/shrank-unseen", "the same, while SIZE still tells the old size: REST beyond its end gives nothing and 226", "error `short transfer (got/want)`, never taken; from the beginning when SIZE tells", fetch, ""},
	{"B/part-larger", "the part that was kept is longer than the file", "the part is thrown away", fetch, ""},
	{"B/part-of-another", "the part that was kept is of another version of the file", "the part is thrown away", fetch, ""},
	{"B/read-ignored", "REST ignored, to a reader that begins in the middle", "error `long transfer (got/want)`: its bytes never pass for the rest", fetch, ""},
	{"B/read-502", "REST refused, to a reader that begins in the middle", "error", fetch, ""},
	{"B/read-beyond", "a reader that begins beyond the end", "error, whatever the server says", fetch, ""},
}

var timing = []Row{
	{"C/no-greeting", "the server accepts and says nothing", "ends within the idle time", fetch, ""},
	{"C/feat-hang", "no answer to FEAT", "ends within the idle time", fetch, ""},
	{"C/size-hang", "no answer to SIZE", "ends within the idle time", fetch, ""},
	{"C/retr-hang", "no answer to RETR", "ends within the idle time", fetch, ""},
	{"C/list-stall", "the listing stops in the middle", "ends within the idle time", fetch, ""},
	{"C/list-no-226", "a whole listing and no reply after it", "ends within the idle time", fetch, ""},
	{"C/list-accept-never", "150 to MLSD and then nothing on the data connection", "ends within the idle time", fetch, ""},
	{"C/retr-stall", "the file stops in the middle", "ends within the idle time", fetch, ""},
	{"C/accept-never", "150 to RETR and then nothing on the data connection", "ends within the idle time", fetch, ""},
	{"C/idle-once", "a stall of listing and of file", "costs the idle time once, not once more for the reply", fetch, ""},
	{"C/drip-file", "a byte of the file every few milliseconds", "ends within the time a file may take", fetch, ""},
	{"C/drip-listing", "a byte of the listing every few milliseconds", "ends within the time a listing may take", fetch, ""},
	{"C/slow", "an answer after half the idle time", "waited for", fetch, ""},
	{"C/cancel", "we are told to stop while the server stalls, drips or is silent", "ends at once", fetch, ""},
	{"C/connection-not-reused", "a stall, after which the server behaves", "the connection is dropped; the next call has a new one and works", fetch, ""},
	{"C/host-budget", "a server that uses up the time of all its feeds", "given up, with what is under way", fetch, ""},
	{"C/hanging-servers", "a dozen servers say nothing", "the others are swept meanwhile", sweep, ""},
	{"C/job-limit", "something that has no time-out of its own hangs, such as the archive's server", "the server's job ends at a limit that follows from the configuration, and its feeds say so", sweep, ""},
	{"C/left-alone", "a source is to be left alone when the sweep comes to it (`avoid`)", "its server's other feeds and all other servers are swept meanwhile; it is when it may be", sweep, ""},
	{"C/idle-session", "the server ends a session that was idle (421)", "a new one, without a failure", fetch, ""},
}

var names = []Row{
	{"E/traversal", "`../x`", "reported, fetched by nobody, nothing outside the root", fetch, ""},
	{"E/absolute", "`/x`", "reported, fetched by nobody, nothing outside the root", fetch, ""},
	{"E/slash", "`a/b` in one line of a listing", "reported, fetched by nobody", fetch, ""},
	{"E/windows-path", "`C:\\x`", "taken, escaped in the local name", fetch, ""},
	{"E/empty", "an empty name", "reported", fetch, ""},
	{"E/dot", "`.` and `..`", "passed over: this directory and its parent", fetch, ""},
	{"E/nul", "a NUL in a name", "listed; refused when it is to be fetched, nothing sent", fetch, ""},
	{"E/escape", "ESC and BEL in a name", "taken; escaped in the local name and in every message", fetch, ""},
	{"E/cr", "a carriage return in a name", "listed; refused when it is to be fetched, nothing sent", fetch, ""},
	{"E/lf", "a line feed in a name", "what is left of the line is reported; no second command on the wire", fetch, ""},
	{"E/crlf-command", "`a CR LF DELE b` as a name", "no second command on the wire", fetch, ""},
	{"E/300-bytes", "a name of 300 bytes", "taken; shortened with a hash", fetch, ""},
	{"E/latin-1", "a name in Latin-1", "taken by its raw bytes", fetch, ""},
	{"E/nfc-nfd", "two names that differ in their normal form only", "both taken, under two local names", fetch, ""},
	{"E/spaces", "a space at the beginning and the end", "taken by its exact name, escaped in the local name", fetch, ""},
	{"E/hyphen", "a name that begins with a hyphen", "taken; never an option of LIST", fetch, ""},
	{"E/pattern", "`[`, `*`, `]`, `?` in a name", "taken; never a pattern of LIST", fetch, ""},
	{"E/windows-device", "`CON`, `nul.csv`", "taken, escaped in the local name", fetch, ""},
	{"E/our-suffix", "a name that ends in our own `.part`", "taken, escaped in the local name", fetch, ""},
}

var protocol = []Row{
	{"F/421-greeting", "421 in place of the greeting", "tried again", fetch, ""},
	{"F/421-halves", "the same, of more than one connection", "half of the connections from now on", fetch, ""},
	{"F/421-mid-session", "421 in place of RETR", "tried again on a new connection", fetch, ""},
	{"F/421-mid-crowded", "421 Too many connections in place of RETR, EPSV, MLSD or NOOP", "half of the connections from now on; tried again", fetch, ""},
	{"F/killed-greeting", "the connection is closed in place of the greeting", "tried again", fetch, ""},
	{"F/killed-retr", "the control connection is closed in place of RETR", "tried again", fetch, ""},
	{"F/530-auth", "530 to the password", "exactly one attempt, never tried again", fetch, ""},
	{"F/530-other-account", "530 to one account of several at a server", "the others are tried; this one by none of its other feeds", fetch, ""},
	{"F/530-user", "530 to the user", "not tried again", fetch, ""},
	{"F/530-escape", "530 with an escape sequence", "not tried again; escaped in the message", fetch, ""},
	{"F/530-too-many", "530 Too many users", "tried again later", fetch, ""},
	{"F/530-words", "530 in many words: Come back later; Your access is limited to other addresses; Account locked: too many failed logins", "tried again where it says that it passes; else exactly one attempt, above all where wrong passwords have locked the account", fetch, ""},
	{"F/530-second-login", "530 to a second login of an account whose first one was right", "one session from now on, which the others wait for", fetch, ""},
	{"F/421-second-login", "the same with 421 Too many sessions", "half of the connections from now on; tried again", fetch, ""},
	{"F/530-repeats-password", "530 with the password in its text", "the password is in no message", fetch, ""},
	{"F/332-account", "332, an account is wanted", "not tried again", fetch, ""},
	{"F/230-without-pass", "230 to USER, and then not logged in", "not tried again", fetch, ""},
	{"F/desync", "a reply too many", "the connection is dropped; tried again", fetch, ""},
	{"F/desync-226", "226 twice", "the connection is dropped or in step: the next file is the right one", fetch, ""},
	{"F/227-malformed", "`227 )x(`", "a panic of the library is an error, not tried again", fetch, ""},
	{"F/227-short", "`227 (1,2,3)`", "error, not tried again", fetch, ""},
	{"F/229-malformed", "`229 (|||1|`", "goes on with PASV", fetch, ""},
	{"F/257-malformed", "`257 \"`", "a panic of the library is an error, not tried again", fetch, ""},
	{"F/257-refused", "550 to PWD", "paths begin at the root", fetch, ""},
	{"F/port-99999", "a port that is none", "error, tried again", fetch, ""},
	{"F/epsv-dead", "EPSV names a dead port", "goes on with PASV, and remembers it", fetch, ""},
	{"F/pasv-dead", "EPSV is refused and PASV names a dead port", "error, tried again", fetch, ""},
	{"F/no-passive", "neither EPSV nor PASV: active mode alone", "error that says so, not tried again; never taken for a refusal of MLSD or REST", fetch, ""},
	{"F/pasv-foreign", "PASV names another host", "its address is not taken: the server's own is", fetch, ""},
	{"F/64mb-reply", "a greeting without an end", "refused after 64 KiB", fetch, ""},
	{"F/64mb-lines", "a greeting of lines without an end", "refused after 64 KiB", fetch, ""},
	{"F/120-greeting", "120, ready in a minute", "tried again", fetch, ""},
	{"F/opts-utf8-550", "550 to OPTS UTF8", "goes on without", fetch, ""},
	{"F/feat-refused", "502 to FEAT", "goes on without", fetch, ""},
	{"F/feat-killed", "the connection is closed at FEAT", "tried again", fetch, ""},
	{"F/host-down", "a server of many feeds cannot be reached", "tried for the first, with all retries, and for no other", fetch, ""},
	{"F/retries-used-up", "a server fails at one file after the other", "after 20 retries each file has one attempt", fetch, ""},
	{"F/feat-odd", "features with tabs, in lower case, with 211- before each", "goes on with LIST and SIZE", fetch, ""},
	{"F/mlsd-500", "MLSD is announced and refused", "goes on with LIST", fetch, ""},
	{"F/list-500", "neither MLSD nor LIST", "error, not tried again", fetch, ""},
	{"F/size-502", "SIZE is refused", "taken if two readings agree, marked as of unknown size", fetch, ""},
	{"F/size-550", "550 to SIZE of a file that is there", "taken if two readings agree, marked as of unknown size", fetch, ""},
	{"F/size-502-short", "SIZE is refused and one of two readings is short", "never taken", fetch, ""},
	{"F/size-words", "`213 1024 bytes`", "taken if two readings agree", fetch, ""},
	{"F/mdtm-502", "MDTM is refused", "taken, without a time", fetch, ""},
	{"F/mdtm-words", "`213 yesterday`", "taken, without a time", fetch, ""},
	{"F/final-250", "250 in place of 226 after a file", "taken", fetch, ""},
	{"F/list-final-250", "250 in place of 226 after a listing", "accepted", fetch, ""},
}

var tlsRows = []Row{
	{"G/reuse-tls12", "data connections must resume the session, TLS 1.2", "works", fetch, ""},
	{"G/reuse-tls13", "data connections must resume the session, TLS 1.3", "works", fetch, ""},
	{"G/shared-cache", "the same, with two control connections at once, of which neither's data connection may resume the other's session (425)", "each has a session cache of its own; works", fetch, ""},
	{"G/expired", "a certificate that has expired", "permanent; neither user nor password is sent", fetch, ""},
	{"G/unknown-ca", "a certificate of nobody we trust", "permanent; neither user nor password is sent", fetch, ""},
	{"G/wrong-name", "a certificate of another host", "permanent; neither user nor password is sent", fetch, ""},
	{"G/wrong-pin", "another key than the pinned one", "permanent; neither user nor password is sent", fetch, ""},
	{"G/old-tls", "a version of TLS below the feed's min_version", "permanent; neither user nor password is sent", fetch, ""},
	{"G/no-tls", "TLS is asked for and refused", "permanent; never in plain text", fetch, ""},
	{"G/tls-only", "TLS is not asked for and demanded", "permanent; no password is sent", fetch, ""},
	{"G/one-feed", "one feed of a server has its pin, CA, min_version, way of TLS or time-outs wrong", "that feed fails, once with all that have it wrong alike; the others of the server are swept", fetch, ""},
	{"G/prot-refused", "PROT P is refused", "permanent", fetch, ""},
	{"G/injected", "plain bytes behind the reply to AUTH", "not used: the reply they hold is never taken for one", fetch, ""},
	{"G/truncated", "TLS data cut without close_notify, and 226", "noticed by the size; never taken", fetch, ""},
	{"G/truncated-426", "TLS data cut without close_notify, and 426", "tried again", fetch, ""},
}

var machine = []Row{
	{"H/disk-full", "the disk is full in the middle of a file", "ours, not tried again, nothing is left", fetch, ""},
	{"H/disk-full-run", "there is no room for what is to be fetched", "nothing more is fetched, by any feed; the next sweep takes it", sweep, ""},
	{"H/archive-full", "the archive's disk, quota or bucket is full", "nothing more is fetched, by any feed; the next sweep takes it", sweep, ""},
	{"H/read-only-dir", "the directory cannot be written", "ours, not tried again", fetch, ""},
	{"H/name-in-the-way", "a directory has the file's name", "ours, not tried again, nothing is left", fetch, ""},
	{"H/leftover-part", "a part that a killed process left", "no obstacle", fetch, ""},
	{"H/killed-after-rename", "the sweep is killed (SIGKILL) between rename and record, and at each of the other steps between two writes that have a name", "the next one loses nothing and doubles nothing", sweep, ""},
	{"H/cut-off", "the sweep is told to stop, its state fails or a path of it panics, at every step", "the next one loses nothing and doubles nothing", sweep, ""},
	{"H/sigterm-part", "the same, with a large file", "its part is kept, and the next sweep goes on from it", cmd, ""},
	{"H/killed-mid-transfer", "the sweep is killed in the middle of a file", "nothing short is taken; the next sweep takes it, once", cmd, ""},
	{"H/clock-back", "the clock jumps back a year between two sweeps", "nothing is lost or fetched twice", sweep, ""},
	{"H/archive-unwritable", "the archive cannot be written", "each delivery fails; the next sweep takes them", sweep, ""},
	{"H/state-corrupt", "the state's file is garbage", "refused with a hint; the file is untouched", cmd, ""},
	{"H/second-sweep", "a second sweep is started", "exit status 75, nothing touched", cmd, ""},
	{"H/sigterm", "SIGTERM in the middle of a transfer", "ends within two seconds; nothing short is taken and the next sweep takes it", cmd, ""},
}

var readOnly = []Row{
	{"I/command-log", "everything above that this package injects", "no server of these tests was sent a command that is not on the list of those that only read", fetch, ""},
	{"I/command-log-sweep", "everything above that whole sweeps show", "likewise", sweep, ""},
	{"I/command-log-process", "everything above that takes a process of its own", "likewise", cmd, ""},
	{"I/source", "a method of the library that writes", "is called nowhere", fetch, ""},
	{"I/control", "a command that the library thinks of by itself", "does not get onto the wire if it could write", fetch, ""},
}

//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/state"
)

// nightlyDir holds what starts a sweep each night, as an example. No container engine
// is at hand: Dockerfile and compose file are read here and not run.
const nightlyDir = "../../docs/examples/nightly"

func example(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(nightlyDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// understands fails the test unless feedparity has such a command line.
func understands(t *testing.T, where string, args []string) {
	t.Helper()
	root := newRoot(streams{})
	cmd, rest, err := root.Find(args)
	if err == nil && cmd == root {
		err = errors.New("no command")
	}
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err == nil {
		err = cmd.ValidateArgs(cmd.Flags().Args())
	}
	if err != nil {
		t.Errorf("%s: feedparity %q: %v", where, args, err)
	}
}

// unit reads a unit's settings, each section's keys with their last values.
func unit(t *testing.T, name string) map[string]string {
	t.Helper()
	out, section := map[string]string{}, ""
	for i, line := range strings.Split(example(t, name), "\n") {
		key, value, ok := strings.Cut(line, "=")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			section = strings.Trim(line, "[]")
		case ok && section != "":
			out[section+"."+key] = value
		default:
			t.Errorf("%s:%d: %q", name, i+1, line)
		}
	}
	return out
}

func TestUnits(t *testing.T) {
	for name, kind := range map[string]string{"feedparity.service": "oneshot", "feedparity-serve.service": "simple", "feedparity-worker.service": "simple"} {
		u := unit(t, name)
		program, args, _ := strings.Cut(u["Service.ExecStart"], " ")
		if u["Service.Type"] != kind || program != "/usr/local/bin/feedparity" || u["Service.TimeoutStopSec"] != "10s" {
			t.Errorf("%s: %v", name, u)
		}
		understands(t, name, strings.Fields(args))
		startsOnFirstNight(t, name, u)
	}
	if u := unit(t, "feedparity.service"); u["Service.SuccessExitStatus"] != fmt.Sprint(statusLocked) {
		t.Errorf("a sweep that finds another one at work fails: %v", u)
	}
	for _, name := range []string{"feedparity-serve.service", "feedparity-worker.service"} {
		if u := unit(t, name); u["Service.RestartPreventExitStatus"] != fmt.Sprint(statusUsage) || u["Service.Restart"] != "on-failure" {
			t.Errorf("%s: a wrong configuration is tried for ever, or nothing is: %v", name, u)
		}
	}
	if u := unit(t, "feedparity.timer"); u["Timer.Persistent"] != "true" || !strings.HasPrefix(u["Timer.OnCalendar"], "*-*-* 03:15:00 ") {
		t.Errorf("timer: %v", u)
	}
}

// startsOnFirstNight holds what systemd-analyze does not see: a unit whose ReadWritePaths
// or user is not there does not start. Each of its directories is made before, by root,
// or may be missing; the page has the command that makes the user, whose home must not
// be one that the unit hides.
func startsOnFirstNight(t *testing.T, name string, u map[string]string) {
	t.Helper()
	user := u["Service.User"]
	for _, dir := range strings.Fields(u["Service.ReadWritePaths"]) {
		made := strings.HasPrefix(u["Service.ExecStartPre"], "+/usr/bin/install -d ") && strings.HasSuffix(u["Service.ExecStartPre"], " -o "+user+" "+dir)
		if !strings.HasPrefix(dir, "-") && !made {
			t.Errorf("%s: nothing makes %s for %s before it is to be there: %q", name, dir, user, u["Service.ExecStartPre"])
		}
		if !strings.Contains(operations(t), "    # install -d -m 0750 -o "+user+" "+dir+"\n") { // for cron
			t.Errorf("%s: docs/operations.md makes no %s", name, dir)
		}
	}
	home := regexp.MustCompile(`(?m)^    # useradd --system .*--home-dir (\S+) .*` + user + `$`).FindStringSubmatch(operations(t))
	if home == nil || user == "" || u["Service.ProtectHome"] == "true" && regexp.MustCompile(`^/(home|root|run/user)(/|$)`).MatchString(home[1]) {
		t.Errorf("%s: docs/operations.md makes no user %q with a home that it sees: %q", name, user, home)
	}
}

func operations(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestUnitsVerified has systemd itself read the units, where it is installed.
func TestUnitsVerified(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		if os.Getenv("REQUIRE_SERVERS") != "" {
			t.Fatal(err)
		}
		t.Skip("no systemd-analyze here: apt-get install systemd; REQUIRE_SERVERS makes its absence a failure")
	}
	dir, args := t.TempDir(), []string{"verify"}
	for _, name := range []string{"feedparity.service", "feedparity.timer", "feedparity-serve.service", "feedparity-worker.service"} {
		file := filepath.Join(dir, name)
		text := strings.ReplaceAll(example(t, name), "/usr/local/bin/feedparity", "/bin/true") // it must be there
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	out, err := exec.Command(analyze, args...).CombinedOutput()
	for _, line := range strings.Split(string(out), "\n") { // what it says of other units is not about these
		if strings.Contains(line, "feedparity") {
			t.Errorf("%v: %s", err, line)
		}
	}
}

// TestCrontab runs the line as cron does, with what the file sets and nothing else: news are
// printed and fail, a night with nothing but a known open case says nothing and succeeds.
// Secrets are files, for cron has none of the environment that the units load.
func TestCrontab(t *testing.T) {
	var line string
	env := []string{"PATH=/usr/bin:/bin", "SHELL=/bin/sh", "LOGNAME=feedparity"} // Debian's cron(8)
	for _, l := range strings.Split(example(t, "crontab"), "\n") {
		switch {
		case l != "" && l[0] >= '0' && l[0] <= '9':
			line = l
		case l != "" && l[0] != '#':
			env = append(env, l)
		}
	}
	fields := strings.Fields(line) // five of time, the user, the command
	if len(fields) < 7 || fields[5] != "feedparity" || strings.Contains(line, "%") {
		t.Fatalf("line %q", line) // a % would be a line break
	}
	if !slices.Contains(env, "PATH=/usr/local/bin:/usr/bin:/bin") { // where interpreters are that somebody installed
		t.Errorf("environment %q", env)
	}
	_, command, _ := strings.Cut(line, "  feedparity  ")
	s := newSite(t, "")
	s.write("feedparity.yaml", "feeds:\n  acme: {source: in, pair: latin1-utf8}\n")
	for _, dir := range []string{"in", ".feedparity"} { // the latter as docs/operations.md has it made
		if err := os.Mkdir(filepath.Join(s.dir, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	program := s.command()
	for what, with := range map[string]string{"/srv/feeds": s.dir, "/usr/local/bin/feedparity": program.Path} {
		if strings.Count(command, what) != 1 {
			t.Fatalf("no %s in %q", what, command)
		}
		command = strings.Replace(command, what, with, 1)
	}
	night := func() (string, int) {
		cmd := exec.Command("/bin/sh", "-c", command)
		cmd.Env = append(slices.Clone(env), "HOME="+s.dir, "GOCOVERDIR="+s.dir)
		out, err := cmd.CombinedOutput()
		return string(out), exitCode(err)
	}
	logs := func() string {
		left, err := filepath.Glob(filepath.Join(s.dir, ".feedparity", "sweep*.log"))
		if err != nil || len(left) != 1 || filepath.Base(left[0]) != "sweep.log" {
			t.Errorf("%v: logs %q", err, left)
		}
		b, err := os.ReadFile(filepath.Join(s.dir, ".feedparity", "sweep.log"))
		if err != nil {
			t.Error(err)
		}
		return string(b)
	}
	s.write("in/a.csv", "sku,name\n1,caf\xe9\n")
	if out, status := night(); status == 0 || !strings.Contains(out, "1 divergence new") || logs() != out {
		t.Errorf("something new: %d, %q", status, out)
	}
	s.write("in/b.csv", "sku,name\n2,caf\xe9\n3,x\n")
	if out, status := night(); status != 0 || out != "" || !strings.Contains(logs(), "0 divergences new, 1 known") {
		t.Errorf("an open case that is known: %d, %q", status, out)
	}
	lock, err := state.Acquire(filepath.Join(s.dir, ".feedparity", "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	if out, status := night(); status != 0 || out != "" || !strings.Contains(logs(), "0 divergences new, 1 known") {
		t.Errorf("another sweep: %d, %q, and its log is %q", status, out, logs())
	}
	began := time.Now().Add(-21 * time.Hour)
	if err := os.Chtimes(filepath.Join(s.dir, ".feedparity", "state.db.lock"), began, began); err != nil {
		t.Fatal(err)
	}
	if out, status := night(); status != 0 || !strings.Contains(out, "another sweep is running (pid ") || !strings.Contains(logs(), "0 divergences new, 1 known") {
		t.Errorf("another sweep that does not end: %d, %q", status, out)
	}
	lock.Release()
	secrets := regexp.MustCompile(`\{file: (/var/lib/feedparity/secrets/)\w+\}`).FindStringSubmatch(example(t, "crontab"))
	if secrets == nil || !strings.Contains(operations(t), "install -d -m 0700 -o feedparity "+strings.TrimSuffix(secrets[1], "/")) {
		t.Errorf("no secrets in files: %q", secrets)
	}
}

// TestDockerfile: its instructions are ones, what it copies from is a stage of it, and
// what it starts is a command of ours.
func TestDockerfile(t *testing.T) {
	known := strings.Fields("FROM WORKDIR COPY RUN EXPOSE STOPSIGNAL ENTRYPOINT CMD")
	stages := map[string]bool{}
	last := map[string]string{}
	for i, line := range strings.Split(example(t, "Dockerfile"), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			continue
		case !slices.Contains(known, word) || len(last) == 0 && word != "FROM":
			t.Errorf("line %d: %q", i+1, line)
		case word == "FROM":
			if _, name, ok := strings.Cut(rest, " AS "); ok {
				stages[name] = true
			}
		case word == "COPY" && strings.HasPrefix(rest, "--from="):
			name, _, _ := strings.Cut(strings.TrimPrefix(rest, "--from="), " ")
			if !stages[name] {
				t.Errorf("line %d: no stage %q", i+1, name)
			}
		}
		last[word] = rest
	}
	var entry, args []string
	if err := errors.Join(json.Unmarshal([]byte(last["ENTRYPOINT"]), &entry), json.Unmarshal([]byte(last["CMD"]), &args)); err != nil || len(entry) != 1 {
		t.Fatal(entry, err)
	}
	understands(t, "Dockerfile", args)
}

// composeFile is as much of a compose file as ours has.
type composeFile struct {
	Services map[string]struct {
		Image, Restart  string
		Build           struct{ Context, Dockerfile string }
		Command         []string
		Entrypoint      []string
		StopGracePeriod string                                `yaml:"stop_grace_period"`
		DependsOn       map[string]struct{ Condition string } `yaml:"depends_on"`
		Ports, Volumes  []string
		Secrets, Tmpfs  []string
		Environment     map[string]string
		ReadOnly        bool     `yaml:"read_only"`
		CapDrop         []string `yaml:"cap_drop"`
		SecurityOpt     []string `yaml:"security_opt"`
		Healthcheck     struct {
			Test     []string
			Interval string
			Retries  int
		}
	}
	Secrets map[string]struct{ File string }
	Volumes map[string]struct{}
}

// TestCompose: what it refers to is there, nothing listens to the world, and the
// configuration that it mounts is one.
func TestCompose(t *testing.T) {
	var c composeFile
	if err := yaml.UnmarshalWithOptions([]byte(example(t, "compose.yaml")), &c, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	for name, s := range c.Services {
		if (s.Image == "") == (s.Build.Dockerfile == "") {
			t.Errorf("%s: want an image or a build", name)
		}
		for _, secret := range s.Secrets {
			if c.Secrets[secret].File == "" {
				t.Errorf("%s: no secret %q", name, secret)
			}
		}
		for needed := range s.DependsOn {
			if c.Services[needed].Image == "" && c.Services[needed].Build.Dockerfile == "" {
				t.Errorf("%s: no service %q", name, needed)
			}
		}
		for _, port := range s.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s: port %q is open to the world", name, port)
			}
		}
		for _, v := range s.Volumes {
			from, _, _ := strings.Cut(v, ":")
			_, named := c.Volumes[from]
			if _, err := os.Stat(filepath.Join(nightlyDir, from)); !named && err != nil {
				t.Errorf("%s: volume %q: %v", name, v, err)
			}
		}
		if s.Build.Dockerfile != "" {
			understands(t, "compose.yaml", s.Command)
			if _, err := os.Stat(filepath.Join(nightlyDir, s.Build.Context, s.Build.Dockerfile)); err != nil {
				t.Error(err)
			}
		}
	}
	conf, err := config.Load(filepath.Join(nightlyDir, "feedparity.yaml"))
	if err != nil || conf.Schedule.IsZero() || !state.IsPostgres(conf.State) {
		t.Errorf("%+v, %v", conf, err)
	}
	text := example(t, "feedparity.yaml")
	for _, secret := range slices.Sorted(maps.Keys(c.Secrets)) {
		if strings.Contains(text, "/run/secrets/") && !strings.Contains(text+example(t, "compose.yaml"), "/run/secrets/"+secret) {
			t.Errorf("nobody reads secret %q", secret)
		}
	}
}

package config

import (
	"crypto/tls"
	"time"
)

// TimeoutsEntry says how long a source is waited for; durations such as 90s or 5m.
type TimeoutsEntry struct {
	// For a connection to be made. Default 15s.
	Dial string `yaml:"dial"`
	// For the next byte, in either direction. Default 60s; slow servers need 30s or more.
	Idle string `yaml:"idle"`
	// For one file or listing. Default 10m, and for a file the time that its size takes
	// at 16 KiB a second, or at Bandwidth if that is less.
	File string `yaml:"file"`
	// For the server, all its feeds together, in one sweep: the time that is spent waiting
	// for it, not that in which deliveries are run. Default 1h.
	Host string `yaml:"host"`
}

// slowest is as slow as a transfer can be without its pauses passing for a server that
// does not answer.
const slowest = 16 << 10

// patience reads how hard a source is tried.
func (r *resolver) patience(c *Connection, e FeedEntry, n *Node) error {
	for _, k := range []struct {
		key   string
		value *int
		least int
		out   *int
	}{{"connections", e.Connections, 1, &c.Connections}, {"sessions", e.Sessions, 1, &c.Sessions}, {"retries", e.Retries, 0, &c.Retries}} {
		if k.value == nil {
			continue
		}
		if *k.value < k.least {
			return at(n, k.key).Errorf("%s %d: want %d or more", k.key, *k.value, k.least)
		}
		*k.out = *k.value
	}
	// To package fetch zero is the default, and less than that is none.
	if e.Retries != nil && *e.Retries == 0 {
		c.Retries = -1
	}
	if e.Bandwidth != "" {
		var err error
		if c.Bandwidth, err = bytesOf(e.Bandwidth); err != nil {
			return at(n, "bandwidth").Errorf("bandwidth %q: %v", e.Bandwidth, err)
		}
		if c.Bandwidth < slowest {
			return at(n, "bandwidth").Errorf("bandwidth %q: want 16KB or more", e.Bandwidth)
		}
	}
	if c.MinTLS = tlsVersions[e.TLS.MinVersion]; c.MinTLS == 0 && e.TLS.MinVersion != "" {
		return at(at(n, "tls"), "min_version").Errorf("min_version %q: want 1.0, 1.1, 1.2 or 1.3", e.TLS.MinVersion)
	}
	return r.timeouts(&c.Timeouts, e.Timeouts, at(n, "timeouts"))
}

// tlsVersions has no entry for SSL 3: Go speaks none.
var tlsVersions = map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// timeouts reads how long a source is waited for. Zero would mean for ever and is
// refused: nothing of a night may hang.
func (r *resolver) timeouts(out *Timeouts, e TimeoutsEntry, n *Node) error {
	for _, k := range []struct {
		key, value string
		out        *time.Duration
	}{{"dial", e.Dial, &out.Dial}, {"idle", e.Idle, &out.Idle}, {"file", e.File, &out.File}, {"host", e.Host, &out.Host}} {
		if k.value == "" {
			continue
		}
		d, err := time.ParseDuration(k.value)
		if err != nil || d <= 0 {
			return at(n, k.key).Errorf("timeouts: %s %q: want a duration such as 90s or 5m", k.key, k.value)
		}
		*k.out = d
	}
	return nil
}

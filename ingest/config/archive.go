package config

import (
	"net/url"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest/config/secret"
)

// ArchiveEntry is where deliveries are kept, alone, or with how long.
type ArchiveEntry struct {
	// A directory, or s3://BUCKET/PREFIX?endpoint=https://HOST&region=NAME for a bucket of
	// an S3-compatible store, without endpoint AWS's. Default .feedparity/archive.
	Location string `yaml:"location"`
	// How long a delivery is kept since it came last, such as 90d. Default: for ever. What
	// a golden case refers to, what was not run to its end, and the last deliveries of each
	// feed are kept whatever their age.
	Keep string `yaml:"keep"`
	// How much all deliveries may take as they are stored, such as 50GB: of what is more,
	// the oldest are removed. Default: any amount.
	MaxSize string `yaml:"max_size"`
	// The name of the bucket's key. Default: as AWS's tools find it, in AWS_ACCESS_KEY_ID,
	// ~/.aws/credentials or the machine's role.
	AccessKey string `yaml:"access_key"`
	// Where the key's secret is, as a password is.
	SecretKey PasswordEntry `yaml:"secret_key"`
}

// DecodeNode reads a location or a mapping.
func (e *ArchiveEntry) DecodeNode(n *Node) error {
	type plain ArchiveEntry
	if err := n.decodeOr(&e.Location, (*plain)(e)); err != nil {
		return err
	}
	if (n.Get("access_key") == nil) != (n.Get("secret_key") == nil) {
		return n.Errorf("archive: access_key and secret_key go together")
	}
	u, err := url.Parse(e.Location)
	if strings.Contains(e.Location, "://") && (err != nil || u.User != nil) {
		return at(n, "location").Errorf("archive: a key must not stand in its URL")
	}
	return nil
}

// Storage is where deliveries are kept, and for how long.
type Storage struct {
	Location  string // an absolute directory or an s3 URL
	AccessKey string // "" for what AWS's tools would find
	SecretKey secret.Ref
	Keep      time.Duration // 0 for ever
	MaxSize   int64         // bytes as stored, 0 for any
}

// storage reads where deliveries are kept. A sweep's own files are below a directory
// in any case, which is the second result.
func (r *resolver) storage() (s Storage, dir string, err error) {
	e := r.f.Archive
	s = Storage{AccessKey: e.AccessKey, SecretKey: e.SecretKey.ref(r, "", e.AccessKey)}
	dir = r.abs(".feedparity/archive")
	switch scheme, rest, isURL := strings.Cut(e.Location, "://"); {
	case !isURL:
		dir = r.abs(or(e.Location, ".feedparity/archive"))
		s.Location = dir
	case scheme == "file":
		dir = r.abs(rest)
		s.Location = dir
	case scheme == "s3":
		s.Location = e.Location
	default:
		return s, dir, r.wrong("archive", "location %q: want a directory or s3://BUCKET/PREFIX", e.Location)
	}
	if e.Keep != "" {
		if s.Keep, err = durationOf(e.Keep); err != nil {
			return s, dir, r.wrong("archive", "keep: %v", err)
		}
	}
	if e.MaxSize != "" {
		if s.MaxSize, err = bytesOf(e.MaxSize); err != nil {
			return s, dir, r.wrong("archive", "max_size: %v", err)
		}
	}
	return s, dir, nil
}

// wrong is a mistake under a key of the top level.
func (r *resolver) wrong(key, format string, args ...any) error {
	return at(r.top, key).Errorf(key+": "+format, args...)
}

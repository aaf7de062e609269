package sweep

import (
	"path"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
)

// Selection is what a feed's configuration says about which files are deliveries.
func Selection(f config.Feed) fetch.Selection {
	return fetch.Selection{Match: f.Match, Exclude: f.Take.Exclude, Unfinished: f.Take.Unfinished, Done: f.Take.Done,
		IgnoreCase: f.Take.IgnoreCase, Depth: f.Take.Depth, Decode: decoder(f)}
}

// decoder makes text of the server's names, nil where the bytes are it.
func decoder(f config.Feed) func(string) string {
	codec := f.Take.Names
	if codec == nil {
		return nil
	}
	return func(name string) string {
		text, err := codec.Decode(nil, []byte(name), "replace")
		if err != nil {
			return name
		}
		return string(text)
	}
}

// named is what people see of a path's name.
func named(f config.Feed, e fetch.Entry) string {
	if decode := decoder(f); decode != nil {
		return decode(e.Name())
	}
	return e.Name()
}

// directory is what people see of the directory that a path is in, "" for the source itself.
func directory(f config.Feed, e fetch.Entry) string {
	dir := path.Dir(e.Path)
	if dir == "." || dir == "/" {
		return ""
	}
	if decode := decoder(f); decode != nil {
		return decode(dir)
	}
	return dir
}

// shown is what people see of a path.
func shown(f config.Feed, e fetch.Entry) string {
	d := Delivery{Dir: directory(f, e), Name: named(f, e)}
	return d.Shown()
}

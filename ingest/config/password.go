package config

import "github.com/feedparity/feedparity/ingest/config/secret"

// PasswordEntry says where a password is.
type PasswordEntry struct {
	// The name of the environment variable that holds it.
	Env string `yaml:"env"`
	// The file that holds it.
	File string `yaml:"file"`
	// A file such as ~/.netrc that has it for the source's host, and, where User is not
	// set, the user as well.
	Netrc string `yaml:"netrc"`
	// A program and its arguments, run in the file's directory without a shell, whose first
	// line of output it is: [pass, show, acme/ftp].
	Command []string `yaml:"command"`
}

// DecodeNode refuses a password written out.
func (p *PasswordEntry) DecodeNode(n *Node) error {
	if n.Kind != Mapping {
		err := n.Errorf("a password must not stand in this file")
		err.Hint = "write password: {env: NAME} or password: {file: PATH}"
		return err
	}
	type plain PasswordEntry
	if err := n.Decode((*plain)(p)); err != nil {
		return err
	}
	places := 0
	for _, there := range []bool{p.Env != "", p.File != "", p.Netrc != "", len(p.Command) > 0} {
		if there {
			places++
		}
	}
	if places != 1 {
		return n.Errorf("want one of env, file, netrc and command")
	}
	if len(p.Command) > 0 && p.Command[0] == "" {
		return at(n, "command").Errorf("command: it names no program")
	}
	return nil
}

// ref is where the secret of a server is to be found.
func (p PasswordEntry) ref(r *resolver, host, user string) secret.Ref {
	out := secret.Ref{Env: p.Env}
	switch {
	case p.File != "":
		out.File = r.abs(p.File)
	case p.Netrc != "":
		out.Netrc, out.Host, out.User = r.abs(p.Netrc), host, user
	case len(p.Command) > 0:
		out.Dir, out.Command = r.dir, secret.Words(p.Command...)
	}
	return out
}

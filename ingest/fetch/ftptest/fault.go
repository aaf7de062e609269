package ftptest

import (
	"strings"
	"time"
)

// Action is what goes wrong.
type Action uint8

// The actions. Those from Short on concern a transfer (RETR, LIST, MLSD) and
// happen after Fault.After bytes of data.
const (
	Delay        Action = iota // wait Fault.Delay, then go on as usual
	Reply                      // send Fault.Reply in place of the reply
	Extra                      // send Fault.Reply after the usual reply: all later ones are one too late
	Hang                       // do not answer any more
	KillControl                // close the control connection instead of answering
	Inject                     // AUTH: reply as usual and send Fault.Reply behind it, before TLS begins
	DeadPort                   // EPSV, PASV: name a port where nobody listens
	Foreign                    // PASV: name another machine beside the port
	ListData                   // LIST, MLSD: send Fault.Data as the listing
	IgnoreRest                 // RETR: send from the beginning although REST was accepted
	Short                      // end the data early and claim success
	Truncate                   // the same, and TLS of the data ends without close_notify
	Stall                      // stop sending, keep all connections open
	Reset                      // reset the data connection, then reply 426
	CutBoth                    // close data and control connection without a word, as a killed server does
	NoFinal                    // send all data, close the data connection, never reply
	KillFinal                  // send all data, close both connections without a reply
	NeverConnect               // reply 150 but never accept the data connection's handshake or send
	Drip                       // send one byte every Fault.Delay
)

// Fault says that something goes wrong at a command.
type Fault struct {
	Command string        // verb in upper case, or "GREETING"
	Path    string        // the command's argument, exactly or its end after a slash; "" is any
	Skip    int           // the first Skip such commands go well
	Times   int           // and this many then do not; 0 is all
	Action  Action        // what goes wrong
	After   int64         // bytes of data sent before
	Delay   time.Duration // of Delay and Drip
	Reply   string        // reply lines without the last CRLF, of Reply, Extra and Inject; of Short and Truncate, in place of 226
	Data    []byte        // of ListData
}

func (f *Fault) matches(verb, arg string) bool {
	return f.Command == verb && (f.Path == "" || arg == f.Path || strings.HasSuffix(arg, "/"+f.Path))
}

// AddFault makes something go wrong from now on.
func (s *Server) AddFault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
}

// ClearFaults makes the server behave from now on.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// fault returns the fault to apply to a command, nil if it goes well. It counts:
// Skip runs down first, then Times.
func (s *Server) fault(verb, arg string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.faults {
		f := &s.faults[i]
		switch {
		case !f.matches(verb, arg) || f.Times < 0:
			continue
		case f.Skip > 0:
			f.Skip--
			continue
		}
		hit := *f
		if f.Times--; f.Times == 0 {
			f.Times = -1 // used up
		} else if f.Times < 0 {
			f.Times = 0 // all
		}
		return &hit
	}
	return nil
}

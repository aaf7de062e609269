package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
)

// retrieveAll fetches stock_00000.csv and so on from the directory "out" over two
// connections with nothing but EPSV and RETR: as fast as one can be without looking.
func retrieveAll(addr string, files int) error {
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for c := range errs {
		wg.Go(func() { errs[c] = retrieve(addr, c, files, len(errs)) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return fmt.Errorf("fetch without us: %w", err)
		}
	}
	return nil
}

// retrieveFrom is retrieveAll as a task: ADDR FILES. Like a sweep it is a process of its
// own, since a client in the server's process is woken without the system's help.
func retrieveFrom(_ context.Context, args []string) (done, error) {
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return done{}, err
	}
	return done{Inputs: n}, retrieveAll(args[0], n)
}

// retrieve fetches every step-th file from the first on.
func retrieve(addr string, first, files, step int) error {
	c, err := textproto.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, _, err := c.ReadResponse(220); err != nil {
		return err
	}
	for _, line := range []string{"USER anonymous", "PASS x", "TYPE I", "CWD out"} {
		if err := say(c, 2, line); err != nil && !strings.HasPrefix(line, "USER") {
			return fmt.Errorf("%s: %w", line, err)
		}
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	for i := first; i < files; i += step {
		if err := retrieveOne(c, host, fmt.Sprintf("stock_%05d.csv", i)); err != nil {
			return err
		}
	}
	return nil
}

func say(c *textproto.Conn, code int, line string) error {
	if err := c.PrintfLine("%s", line); err != nil {
		return err
	}
	_, _, err := c.ReadResponse(code)
	return err
}

func retrieveOne(c *textproto.Conn, host, name string) error {
	if err := c.PrintfLine("EPSV"); err != nil {
		return err
	}
	_, msg, err := c.ReadResponse(229)
	if err != nil {
		return err
	}
	parts := strings.Split(msg, "|")
	if len(parts) < 4 {
		return fmt.Errorf("EPSV: %q", msg)
	}
	data, err := net.Dial("tcp", net.JoinHostPort(host, parts[3]))
	if err != nil {
		return err
	}
	err = say(c, 1, "RETR "+name)
	if err == nil {
		_, err = io.Copy(io.Discard, data)
	}
	// First, as vsftpd waits for it before it says that it is done.
	if cerr := data.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		_, _, err = c.ReadResponse(2)
	}
	return err
}

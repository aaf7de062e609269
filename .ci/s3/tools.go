//go:build tools

// Package s3 pins the S3 server that "make s3" tests the archive against: a module of
// its own, so that what it needs reaches nobody who does not ask for it.
package s3

import _ "github.com/versity/versitygw/cmd/versitygw"

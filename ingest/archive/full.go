package archive

import (
	"errors"
	"fmt"
	"slices"
	"syscall"

	"github.com/minio/minio-go/v7"
)

// ErrFull says that there is no room in the store: nothing else will find any.
var ErrFull = errors.New("the archive has no room")

// fullCodes are what S3 servers say then: MinIO on a full disk and at a bucket's quota,
// Ceph and others at a user's.
var fullCodes = []string{"XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "QuotaExceeded"}

// full marks an error of a store that has no room.
func full(err error) error {
	var said minio.ErrorResponse
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.As(err, &said) && slices.Contains(fullCodes, said.Code) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"golang.org/x/sync/errgroup"
)

// bucket keeps objects below a prefix in a bucket of an S3-compatible store. What is
// put is there whole or not at all by the protocol.
type bucket struct {
	client       *minio.Client
	name, prefix string
	endpoint     string
}

// openBucket reads an s3 URL. Without an endpoint it is AWS's.
func openBucket(location string, o Options) (bucket, error) {
	u, err := url.Parse(location)
	if err != nil || u.Host == "" {
		return bucket{}, errors.New("want s3://bucket/prefix?endpoint=https://host&region=name")
	}
	q := u.Query()
	for key := range q {
		if key != "endpoint" && key != "region" {
			return bucket{}, fmt.Errorf("parameter %q of %s is not known: want endpoint and region", key, u.Host)
		}
	}
	endpoint, err := url.Parse(q.Get("endpoint"))
	if q.Get("endpoint") == "" {
		endpoint, err = &url.URL{Scheme: "https", Host: "s3.amazonaws.com"}, nil
	}
	if err != nil || endpoint.Host == "" || endpoint.Scheme != "https" && endpoint.Scheme != "http" {
		return bucket{}, fmt.Errorf("endpoint %q: want https://host or https://host:port", q.Get("endpoint"))
	}
	client, err := minio.New(endpoint.Host, &minio.Options{
		Creds: login(o), Secure: endpoint.Scheme == "https", Region: q.Get("region"), BucketLookup: minio.BucketLookupAuto, MaxRetries: 5,
	})
	if err != nil {
		return bucket{}, err
	}
	return bucket{client, u.Host, strings.Trim(u.Path, "/"), endpoint.Scheme + "://" + endpoint.Host}, nil
}

// login is the configured key, or what AWS's own tools would use.
func login(o Options) *credentials.Credentials {
	if o.AccessKey != "" {
		return credentials.NewStaticV4(o.AccessKey, o.SecretKey, "")
	}
	return credentials.NewChainCredentials([]credentials.Provider{
		&credentials.EnvAWS{}, &credentials.EnvMinio{}, &credentials.FileAWSCredentials{}, &credentials.IAM{Client: http.DefaultClient},
	})
}

func (b bucket) String() string { return "s3://" + path.Join(b.name, b.prefix) + " at " + b.endpoint }

func (b bucket) key(name string) string { return path.Join(b.prefix, name) }

// sentAtOnce is how many objects are on their way to a bucket at the same time: each
// waits for the server's disk.
const sentAtOnce = 8

func (b bucket) put(ctx context.Context, items ...item) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(sentAtOnce)
	for _, i := range items {
		g.Go(func() error {
			if i.near == "" {
				return b.putSmall(ctx, i)
			}
			return b.putLarge(ctx, i)
		})
	}
	return g.Wait()
}

func (b bucket) putSmall(ctx context.Context, i item) error {
	var data bytes.Buffer
	if err := i.write(&data); err != nil {
		return err
	}
	return b.send(ctx, i.name, &data, int64(data.Len()))
}

func (b bucket) putLarge(ctx context.Context, i item) error {
	from, err := os.CreateTemp(i.near, ".packed-*") // its size is wanted beforehand
	if err != nil {
		return err
	}
	defer os.Remove(from.Name())
	defer from.Close()
	if err := i.write(from); err != nil {
		return err
	}
	size, err := from.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return b.send(ctx, i.name, from, size)
}

func (b bucket) send(ctx context.Context, name string, r io.Reader, size int64) error {
	_, err := b.client.PutObject(ctx, b.name, b.key(name), r, size, minio.PutObjectOptions{ContentType: "application/octet-stream", SendContentMd5: true})
	return b.worded(err)
}

func (b bucket) get(ctx context.Context, name string) (io.ReadCloser, error) {
	o, err := b.client.GetObject(ctx, b.name, b.key(name), minio.GetObjectOptions{})
	if err != nil {
		return nil, b.worded(err)
	}
	if _, err := o.Stat(); err != nil { // GetObject itself asks nothing
		o.Close()
		return nil, b.absent(ctx, err)
	}
	return o, nil
}

func (b bucket) stat(ctx context.Context, name string) (object, error) {
	info, err := b.client.StatObject(ctx, b.name, b.key(name), minio.StatObjectOptions{})
	return object{name: name, size: info.Size, at: info.LastModified}, b.absent(ctx, err)
}

func (b bucket) list(ctx context.Context, prefix string, f func(object) error) error {
	ctx, stop := context.WithCancel(ctx) // ends the listing where f does not want more
	defer stop()
	for info := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: b.key(prefix) + "/", Recursive: true}) {
		if info.Err != nil {
			return b.worded(info.Err)
		}
		name := strings.TrimPrefix(strings.TrimPrefix(info.Key, b.prefix), "/")
		if err := f(object{name: name, size: info.Size, at: info.LastModified}); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (b bucket) remove(ctx context.Context, objects ...object) error {
	for _, o := range objects {
		err := b.worded(b.client.RemoveObject(ctx, b.name, b.key(o.name), minio.RemoveObjectOptions{}))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// absent is worded for HEAD, whose reply has no words: that an object is not there can
// mean that the bucket is not.
func (b bucket) absent(ctx context.Context, err error) error {
	err = b.worded(err)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	switch there, errBucket := b.client.BucketExists(ctx, b.name); {
	case errBucket != nil:
		return errBucket
	case !there:
		return errors.New("there is no such bucket")
	}
	return err
}

// worded has a missing object be fs.ErrNotExist, as in a directory. A missing bucket is
// another thing: nobody must take it for an empty archive.
func (b bucket) worded(err error) error {
	if err == nil {
		return nil
	}
	if minio.ToErrorResponse(err).Code == "NoSuchKey" {
		return fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return err
}

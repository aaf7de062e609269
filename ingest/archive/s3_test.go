package archive

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	testKey    = "feedparity"
	testSecret = "feedparity-secret"
)

// bucketURL is an empty bucket: on the server that FEEDPARITY_TEST_S3 names, which
// "make s3" starts, or else on one of our own, which knows no more than is asked of it.
func bucketURL(t *testing.T) string {
	t.Helper()
	prefix := strings.NewReplacer("/", "-", "#", "-").Replace(t.Name()) + fmt.Sprint(time.Now().UnixNano())
	if endpoint := os.Getenv("FEEDPARITY_TEST_S3"); endpoint != "" {
		return "s3://deliveries/" + prefix + "?endpoint=" + endpoint + "&region=us-east-1"
	}
	if os.Getenv("REQUIRE_S3") != "" {
		t.Fatal("REQUIRE_S3 is set and FEEDPARITY_TEST_S3 names no server")
	}
	f := &fakeS3{t: t, objects: map[string]fakeObject{}}
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	return "s3://deliveries/" + prefix + "?endpoint=" + srv.URL + "&region=us-east-1"
}

// setAge makes an object older. A real server's objects cannot be made so: there the
// clock of the test would have to be.
func setAge(t *testing.T, s *Store, sum string, age time.Duration) {
	t.Helper()
	name, err := blobName(sum)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(-age)
	switch p := s.place.(type) {
	case *directory:
		if err := os.Chtimes(filepath.Join(p.root, name), time.Time{}, at); err != nil {
			t.Fatal(err)
		}
	case bucket:
		req, err := http.NewRequest("POST", p.endpoint+"/"+p.name+"/"+p.key(name)+"?age="+at.UTC().Format(time.RFC3339), nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Skip("a real server's objects cannot be made older")
		}
	}
}

type fakeObject struct {
	data []byte
	at   time.Time
}

// fakeS3 answers what Store asks of a bucket named deliveries: PUT, GET, HEAD and DELETE
// of an object and ListObjectsV2, three objects a page, with signatures checked.
type fakeS3 struct {
	t       *testing.T
	mu      sync.Mutex
	objects map[string]fakeObject
}

func (f *fakeS3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	name, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case r.Method == http.MethodPost && r.URL.Query().Has("age"):
		at, err := time.Parse(time.RFC3339, r.URL.Query().Get("age"))
		if err != nil {
			f.t.Error(err)
		}
		f.objects[key] = fakeObject{f.objects[key].data, at}
	case !signed(r):
		refuse(w, http.StatusForbidden, "SignatureDoesNotMatch")
	case name != "deliveries":
		refuse(w, http.StatusNotFound, "NoSuchBucket")
	case key == "":
		f.list(w, r)
	case r.Method == http.MethodPut:
		body, err := io.ReadAll(r.Body)
		if err != nil {
			f.t.Error(err)
		}
		f.objects[key] = fakeObject{unchunked(r, body), time.Now()}
		w.Header().Set("ETag", etag(f.objects[key].data))
	case r.Method == http.MethodDelete:
		delete(f.objects, key)
		w.WriteHeader(http.StatusNoContent)
	default:
		o, ok := f.objects[key]
		if !ok {
			refuse(w, http.StatusNotFound, "NoSuchKey")
			return
		}
		w.Header().Set("ETag", etag(o.data))
		http.ServeContent(w, r, "", o.at, strings.NewReader(string(o.data)))
	}
}

func etag(data []byte) string {
	sum := md5.Sum(data)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

// unchunked takes the signatures out of a body that is sent in signed chunks
// (aws-chunked): each chunk is its length in hex, ";chunk-signature=...", and its bytes.
func unchunked(r *http.Request, body []byte) []byte {
	if !strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		return body
	}
	var out []byte
	for rest := string(body); rest != ""; {
		head, tail, _ := strings.Cut(rest, "\r\n")
		var n int
		if _, err := fmt.Sscanf(head, "%x", &n); err != nil || n == 0 {
			break
		}
		out = append(out, tail[:n]...)
		rest = tail[n+2:]
	}
	return out
}

// signed reports whether a request has the signature that its headers should have
// (AWS Signature Version 4).
func signed(r *http.Request) bool {
	part := func(name string) string {
		_, v, _ := strings.Cut(r.Header.Get("Authorization"), name+"=")
		v, _, _ = strings.Cut(v, ",")
		return v
	}
	key, scope, _ := strings.Cut(part("Credential"), "/")
	canonical := r.Method + "\n" + r.URL.EscapedPath() + "\n" + strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20") + "\n"
	for _, h := range strings.Split(part("SignedHeaders"), ";") {
		value := r.Header.Get(h)
		if h == "host" {
			value = r.Host
		}
		if h == "content-length" {
			value = fmt.Sprint(r.ContentLength)
		}
		canonical += h + ":" + strings.TrimSpace(value) + "\n"
	}
	canonical += "\n" + part("SignedHeaders") + "\n" + r.Header.Get("X-Amz-Content-Sha256")
	mac := []byte("AWS4" + testSecret)
	for _, step := range strings.Split(scope, "/") {
		mac = hmacOf(mac, step)
	}
	want := hmacOf(mac, "AWS4-HMAC-SHA256\n"+r.Header.Get("X-Amz-Date")+"\n"+scope+"\n"+sumOf([]byte(canonical)))
	return key == testKey && part("Signature") == hex.EncodeToString(want)
}

func hmacOf(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code></Error>", code)
}

func (f *fakeS3) list(w http.ResponseWriter, r *http.Request) {
	const page = 3
	type content struct {
		Key          string
		Size         int
		LastModified string
	}
	var out struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		Contents              []content
		IsTruncated           bool
		NextContinuationToken string
	}
	q := r.URL.Query()
	var keys []string
	for key := range f.objects {
		if strings.HasPrefix(key, q.Get("prefix")) && key > q.Get("continuation-token") {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	if out.IsTruncated = len(keys) > page; out.IsTruncated {
		keys = keys[:page]
		out.NextContinuationToken = keys[page-1]
	}
	for _, key := range keys {
		o := f.objects[key]
		out.Contents = append(out.Contents, content{key, len(o.data), o.at.UTC().Format(time.RFC3339)})
	}
	if err := xml.NewEncoder(w).Encode(out); err != nil {
		f.t.Error(err)
	}
}

package archive

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/feedparity/feedparity/ingest/unpack"
)

// The index of a pack is at its end, in a frame that zstd skips (RFC 8878, 3.1.2):
//
//	0x184D2A5E, length of the rest
//	for each delivery, in the order of their hashes: SHA-256, offset and size of its frame
//	bytes of all that, their CRC-32, "_pif"
//
// Numbers are little-endian, of four bytes each.
const (
	skippable  = 0x184D2A5E
	entrySize  = sha256.Size + 8
	footerSize = 12
	packMagic  = 0x6669705f
)

// packer writes a pack.
type packer struct {
	out   *bufio.Writer
	at    int
	index []byte
}

// Write implements io.Writer for one delivery after the other.
func (p *packer) Write(b []byte) (int, error) {
	n, err := p.out.Write(b)
	p.at += n
	return n, err
}

// add writes a delivery; those of a pack come in the order of their names.
func (p *packer) add(i item) error {
	from := p.at
	if err := i.write(p); err != nil {
		return err
	}
	p.index = appendEntry(p.index, sumIn(i.name), from, p.at-from)
	return nil
}

// end writes the index.
func (p *packer) end() error {
	for _, b := range [][]byte{numbers(skippable, len(p.index)+footerSize), p.index, numbers(len(p.index), int(crc32.ChecksumIEEE(p.index)), packMagic)} {
		if _, err := p.Write(b); err != nil {
			return err
		}
	}
	return p.out.Flush()
}

func numbers(all ...int) []byte {
	var out []byte
	for _, n := range all {
		out = binary.LittleEndian.AppendUint32(out, uint32(n))
	}
	return out
}

func appendEntry(index []byte, sum [sha256.Size]byte, offset, size int) []byte {
	return append(append(index, sum[:]...), numbers(offset, size)...)
}

// sumIn is the hash that names a delivery.
func sumIn(name string) (sum [sha256.Size]byte) {
	_, _ = hex.Decode(sum[:], []byte(strings.TrimSuffix(path.Base(name), ".zst")))
	return sum
}

// entries calls f for each delivery of an index, once.
func entries(index []byte, f func(sum [sha256.Size]byte, offset, size uint32) error) error {
	var last []byte
	for ; len(index) >= entrySize; index = index[entrySize:] {
		if bytes.Equal(last, index[:sha256.Size]) {
			continue
		}
		last = index[:sha256.Size]
		numbers := index[sha256.Size:]
		if err := f([sha256.Size]byte(index), binary.LittleEndian.Uint32(numbers), binary.LittleEndian.Uint32(numbers[4:])); err != nil {
			return err
		}
	}
	return nil
}

// readIndex reads the index of a pack. Where that is damaged it is made anew of the
// deliveries, as far as they can be read, and the pack is not sound.
func readIndex(f *os.File) (index []byte, sound bool, err error) {
	info, err := f.Stat()
	if err != nil {
		return nil, false, err
	}
	foot := make([]byte, footerSize)
	if _, err := f.ReadAt(foot, info.Size()-footerSize); err == nil {
		n, sum, magic := binary.LittleEndian.Uint32(foot), binary.LittleEndian.Uint32(foot[4:]), binary.LittleEndian.Uint32(foot[8:])
		if from := info.Size() - footerSize - int64(n); magic == packMagic && from >= 0 {
			index := make([]byte, n)
			if _, err := f.ReadAt(index, from); err != nil {
				return nil, false, err
			}
			if crc32.ChecksumIEEE(index) == sum {
				return index, true, nil
			}
		}
	}
	if info.Size() > 4*mostPacked {
		return nil, false, fmt.Errorf("%w: %d bytes without an index are no pack", ErrDamaged, info.Size())
	}
	all, err := io.ReadAll(io.NewSectionReader(f, 0, info.Size()))
	if err != nil {
		return nil, false, err
	}
	return indexOf(all), false, nil
}

// indexOf makes the index of a pack anew: each frame says where it ends. Behind one that is
// damaged the next one is looked for.
func indexOf(pack []byte) []byte {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(unpack.MaxWindow), zstd.WithDecoderMaxMemory(2*mostPacked))
	if err != nil { // of these options none is refused
		panic(err)
	}
	defer d.Close()
	var all [][]byte
	for at := 0; at < len(pack); {
		size := frameSize(pack[at:])
		if size > 0 && size <= len(pack)-at {
			if data, err := d.DecodeAll(pack[at:at+size], nil); err == nil {
				all = append(all, appendEntry(nil, sha256.Sum256(data), at, size))
				at += size
				continue
			}
		}
		next := bytes.Index(pack[at+1:], []byte(frameMagic))
		if next < 0 {
			break
		}
		at += 1 + next
	}
	slices.SortFunc(all, bytes.Compare)
	return bytes.Join(all, nil)
}

// frameMagic is what each frame of zstd begins with.
const frameMagic = "\x28\xb5\x2f\xfd"

// frameSize is how many bytes the frame of zstd takes that b begins with, 0 where there is
// none or it is cut short (RFC 8878, 3.1.1).
func frameSize(b []byte) int {
	if len(b) < 5 || string(b[:4]) != frameMagic {
		return 0
	}
	flags := b[4]
	single, checksum := int(flags>>5&1), int(flags>>2&1)
	size := 5 + 1 - single + []int{0, 1, 2, 4}[flags&3] + []int{single, 2, 4, 8}[flags>>6]
	for last := false; !last; {
		if len(b) < size+3 {
			return 0
		}
		block := int(b[size]) | int(b[size+1])<<8 | int(b[size+2])<<16
		last = block&1 == 1
		if size += 3; block>>1&3 == 1 { // a byte, so many times
			size++
		} else {
			size += block >> 3
		}
	}
	return size + 4*checksum
}

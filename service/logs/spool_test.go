package logs

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// numbered is n bytes of lines that tell where they stand.
func numbered(n int) []byte {
	var b bytes.Buffer
	for b.Len() < n {
		fmt.Fprintf(&b, "%015d\n", b.Len())
	}
	return b.Bytes()[:n]
}

func readAll(t *testing.T, s *Spool, from int64) (text []byte, skipped int64) {
	t.Helper()
	for {
		piece, at, err := s.Read(from)
		if err != nil {
			t.Fatal(err)
		}
		if len(piece) == 0 {
			return text, skipped
		}
		skipped += at - from
		text, from = append(text, piece...), at+int64(len(piece))
	}
}

func TestSpoolReadsFromAnyOffset(t *testing.T) {
	all := numbered(3*blockSize + 1000)
	s := NewSpool(10 * blockSize)
	for at := 0; at < len(all); at += 70_001 {
		if err := s.Append(all[at:min(at+70_001, len(all))]); err != nil {
			t.Fatal(err)
		}
	}
	for _, from := range []int{0, 1, blockSize - 1, blockSize, blockSize + 1, 3 * blockSize, len(all) - 1, len(all), len(all) + 5} {
		got, skipped := readAll(t, s, int64(from))
		if want := all[min(from, len(all)):]; !bytes.Equal(got, want) || skipped != 0 {
			t.Errorf("from %d: %d bytes, skipped %d, want %d bytes", from, len(got), skipped, len(want))
		}
	}
	if s.Size() != int64(len(all)) {
		t.Errorf("size %d", s.Size())
	}
}

func TestSpoolKeepsTheBeginningAndTheEnd(t *testing.T) {
	all := numbered(10*blockSize + 100)
	s := NewSpool(3 * blockSize)
	if err := s.Append(all); err != nil {
		t.Fatal(err)
	}
	got, skipped := readAll(t, s, 0)
	want := append(bytes.Clone(all[:blockSize]), all[8*blockSize:]...)
	if !bytes.Equal(got, want) || skipped != 7*blockSize {
		t.Errorf("%d bytes, skipped %d", len(got), skipped)
	}
	blocks, err := s.Blocks()
	if err != nil || len(blocks) != 4 {
		t.Fatalf("%d blocks, %v", len(blocks), err)
	}
	last, err := blocks[3].Text()
	if err != nil || !bytes.Equal(last, all[10*blockSize:]) || blocks[3].From != 10*blockSize {
		t.Errorf("the last block: %d bytes from %d, %v", len(last), blocks[3].From, err)
	}
}

func TestSpoolIsSmallerThanItsText(t *testing.T) {
	s := NewSpool(64 << 20)
	line := []byte(strings.Repeat("[INFO] Downloading from central: some/artifact-1.2.3.jar (12 kB at 1.1 MB/s)\n", 100))
	for range 50 << 20 / len(line) {
		if err := s.Append(line); err != nil {
			t.Fatal(err)
		}
	}
	blocks, err := s.Blocks()
	if err != nil {
		t.Fatal(err)
	}
	held := 0
	for _, b := range blocks {
		held += len(b.Zip)
	}
	if held > 5<<20 {
		t.Errorf("%d bytes are held of %d", held, s.Size())
	}
}
